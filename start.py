"""Open the lessons: `python start.py`; `python start.py help` lists what else there is."""

# /// script
# requires-python = ">=3.8"
# ///
# The lines above are for those who have uv alone: `uv run start.py`.

import sys

# Up to here, every Python reads this file; the rest needs one of the last years.
if sys.version_info < (3, 8):
    sys.exit(
        "set-up: start.py needs Python 3.8 or later, and this is Python %d.%d; "
        "run it with another one, or with uv: uv run start.py" % sys.version_info[:2]
    )

from tools.commands import main

sys.exit(main(sys.argv[1:]))
