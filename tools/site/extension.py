"""The Sphinx extension that makes pages of this repository as it stands, with nothing copied.

Notebooks and Markdown are pages already; a Python file becomes a page that shows it. So a relative
link that works in JupyterLab works on the site, too.
"""

from __future__ import annotations

import importlib.resources
import json
import posixpath
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers import Parser
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from tools.site.notebooks import RUN_COURSE, STILL, run_it, with_note, with_solutions

# Of MathJax's 19 MB: what turns TeX into HTML, the fonts, and what TeX's rarer commands load.
MATHJAX = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts")


PDF_LINK = '<p class="no-print"><a href="{}">As PDF, one page of A4</a></p>'


# MyST-NB gives every folded output this name, in place of the words that it shows.
LABEL_OF_FOLDED = ' aria-label="Toggle hidden content"'

# The site's contents, in the order of its sidebar: captions, and patterns of files.
CONTENTS = {
    "Lessons": ["notebooks/[0-9]*.ipynb"],
    "Deeper": ["notebooks/deeper/[0-9]*.ipynb"],
    "Exercises": ["notebooks/exercises/[0-9]*.ipynb"],
    "Beside the lessons": [
        "docs/cheat_sheet.md",
        "README.md",
        "docs/modules.md",
        "docs/licences.md",
    ],
    "For teachers": ["docs/teaching.md"],
}


class PythonFile(Parser):
    """Show a Python file: its path as title, its text with line numbers."""

    supported = ("python",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Fill `document` with the text of the file that is being read."""
        path = document.settings.env.docname + ".py"
        code = nodes.literal_block(inputstring, inputstring, language="python", linenos=True)
        title = nodes.title(path, path)
        section = nodes.section("", title, code, ids=[nodes.make_id(path)], names=[path])
        document += section


def contents(root: Path) -> str:
    """Return the site's contents as MyST's hidden tables of contents."""
    text = ""
    for caption, patterns in CONTENTS.items():
        files = [path for pattern in patterns for path in sorted(root.glob(pattern))]
        pages = [f"/{path.relative_to(root).with_suffix('').as_posix()}" for path in files]
        if pages:
            lines = "\n".join(pages).replace("/README", "Set-up, and other ways in </README>")
            text += f"\n```{{toctree}}\n:caption: {caption}\n:hidden:\n\n{lines}\n```\n"
    return text


def page_text(app: Sphinx, docname: str, content: list[str]) -> None:
    """Add to a page what only the site says."""
    root = Path(app.srcdir)
    folder, name = posixpath.split(docname)
    if docname == app.config.root_doc:
        opening, end, rest = content[0].partition("\n\n| ")
        content[0] = f"{opening}\n\n{RUN_COURSE}{end}{rest}{contents(root)}"
    elif docname == "docs/cheat_sheet" and app.config.cheat_sheet_pdf:
        title, _, rest = content[0].partition("\n")
        content[0] = f"{title}\n\n{PDF_LINK.format(app.config.cheat_sheet_pdf)}\n{rest}"
    elif folder in STILL and app.env.doc2path(docname).suffix == ".ipynb":
        notebook = json.loads(content[0])
        if folder == "notebooks/exercises":
            solutions = root / "notebooks" / "solutions" / f"{name}.ipynb"
            notebook = with_solutions(notebook, json.loads(solutions.read_text(encoding="utf-8")))
        note = run_it(folder, name, app.config.repository, app.config.repository_branch)
        content[0] = json.dumps(with_note(notebook, note))


def page_context(app: Sphinx, pagename: str, template: str, context: dict, doctree: Any) -> None:
    """Let a folded output be called what it says, and give wide pages room."""
    if "body" in context:
        context["body"] = context["body"].replace(LABEL_OF_FOLDED, "")
    if pagename == "docs/cheat_sheet" or pagename.startswith("helpers/"):
        context["meta"] = {
            **(context.get("meta") or {}),
            "html_theme.sidebar_secondary.remove": "true",
        }


class FilesOutsideTheSite(SphinxPostTransform):
    """Lead links to files that are no page to the repository; without its address, leave text."""

    default_priority = 5  # before MyST resolves links, and warns

    def run(self, **kwargs: Any) -> None:
        """Replace the links of one page."""
        for link, path in list(self.links()):
            inside = nodes.inline("", "", *link.children)
            if self.config.repository:
                kind = "tree" if Path(self.env.srcdir, path).is_dir() else "blob"
                place = f"{kind}/{self.config.repository_branch}/{path}"
                address = f"{self.config.repository}/{place}"
                inside = nodes.reference("", "", *link.children, refuri=address)
            link.replace_self(inside)

    def links(self) -> Iterator[tuple[nodes.Element, str]]:
        """Yield each link to what is no page, with its path in the repository."""
        root, folder = Path(self.env.srcdir), posixpath.dirname(self.env.docname)
        for link in self.document.findall(addnodes.download_reference):
            yield link, posixpath.normpath(posixpath.join(folder, link["reftarget"]))
        for link in self.document.findall(addnodes.pending_xref):
            target = link["reftarget"]
            if link.get("refdomain") == "doc" and target not in self.env.all_docs:  # Python files
                yield from (
                    (link, target + s)
                    for s in self.config.source_suffix
                    if (root / (target + s)).exists()
                )
            elif not link.get("refdomain"):
                path = posixpath.normpath(posixpath.join(folder, target))
                if (root / path).is_dir():
                    yield link, path


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Give the site the files that typeset its mathematics: no other host is asked."""
    if exception is not None:
        return
    source = importlib.resources.files("sphinx-mathjax-offline") / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(str(source / part), target / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(str(source / part), target / part)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of this with Sphinx."""
    app.add_config_value("repository", "", "env", str)
    app.add_config_value("repository_branch", "main", "env", str)
    app.add_config_value("cheat_sheet_pdf", "", "env", str)
    app.add_source_suffix(".py", "python")
    app.add_source_parser(PythonFile)
    app.add_post_transform(FilesOutsideTheSite)
    app.connect("source-read", page_text)
    app.connect("html-page-context", page_context, priority=100)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
