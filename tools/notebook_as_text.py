"""Print a notebook as text, for git's diffs: `python tools/notebook_as_text.py FILE`.

Cells and text outputs are kept; pictures and what differs from run to run are left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")


def output_text(output: dict) -> str:
    """Return what an output says: its stream, its error, or its richest text form."""
    data = output.get("data", {})
    text = output.get("text") or data.get("text/html") or data.get("text/plain") or ""
    if output["output_type"] == "error":
        text = f"{output['ename']}: {output['evalue']}"
    return PICTURE.sub("PICTURE", "".join(text))


def lines(notebook: dict) -> Iterator[str]:
    """Yield the notebook's cells, each under a heading, each output marked with `#>`."""
    for cell in notebook["cells"]:
        tags = " ".join(cell["metadata"].get("tags", []))
        yield f"# %% {cell['cell_type']} {tags}".rstrip()
        yield from "".join(cell["source"]).splitlines()
        for output in cell.get("outputs", []):
            for line in output_text(output).splitlines():
                yield f"#> {line}".rstrip()
        yield ""


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    print("\n".join(lines(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
