"""What `make lab` adds to Jupyter's settings; found through JUPYTER_CONFIG_PATH."""

import asyncio
import sys
from pathlib import Path

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

c = get_config()  # noqa: F821 - Jupyter provides it


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's connection to the browser that sends each message at once.

    By default a message waits for the browser's acknowledgement of the one before it (Nagle's
    algorithm against delayed acknowledgements, RFC 896 and 1122), up to 40 ms: a slider's picture,
    which follows the kernel's "busy", would come that much later.
    """

    def connect(self) -> "asyncio.Future[None] | None":
        """Open the connection without Nagle's algorithm."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = PromptConnection
sys.path.append(str(Path(__file__).resolve().parents[2]))
c.ServerApp.contents_manager_class = "tools.saved_widgets.LessonContents"
# custom/custom.css; `static_custom_path` itself is not open to configuration.
custom = str(Path(__file__).parent / "custom")
c.ServerApp.tornado_settings = {"static_custom_path": [custom]}
c.LabApp.custom_css = True
