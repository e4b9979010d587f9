"""Sphinx's settings for the course's site; `make site` builds it from the repository as it is.

The one setting for the public address is [project.urls] in pyproject.toml:

    [project.urls]
    Repository = "https://github.com/NAME/training-neural-networks"

With it, each page links to its source and each notebook to Colab and Binder; without it, to none.
In its place, `make site ARGS="--repository ADDRESS"` sets it for one build.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

project = "Training neural networks"
author = "The authors of the course"
project_copyright = "code under BSD-3-Clause, text under CC BY 4.0"
language = "en"

extensions = ["myst_nb", "sphinx.ext.mathjax", "tools.site.extension"]
root_doc = "notebooks/index"
include_patterns = [
    "README.md",
    "docs/cheat_sheet.md",
    "docs/licences.md",
    "docs/modules.md",
    "docs/teaching.md",
    "helpers/[a-z_]*.py",
    "helpers/figures/[a-z]*.py",
    "notebooks/index.md",
    "notebooks/[0-9]*.ipynb",
    "notebooks/deeper/[0-9]*.ipynb",
    "notebooks/exercises/[0-9]*.ipynb",
]
exclude_patterns = ["**/__init__.py", ".*", "build", "node_modules", "**/.ipynb_checkpoints"]

# --- notebooks and Markdown -----------------------------------------------------------------------

nb_execution_mode = "off"
# The outputs that are folded answer a prediction.
nb_code_prompt_show = "Show the answer"
nb_code_prompt_hide = "Hide the answer"
myst_enable_extensions = ["amsmath", "dollarmath"]
# JupyterLab's anchors, so that one link works here and there.
myst_heading_anchors = 3
myst_heading_slug_func = "tools.site.links.jupyterlab_anchor"

# --- mathematics: MathJax from the site itself ----------------------------------------------------

mathjax_path = "mathjax/tex-chtml.js"

# --- the look -------------------------------------------------------------------------------------

repository = os.environ.get("COURSE_REPOSITORY", "")  # tools.site puts it there
repository_branch = "main"

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "_static/logo.svg"
html_logo = "_static/logo.svg"
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_domain_indices = False
html_copy_source = True
# Which of light and dark to begin with; empty, the theme complains in the console.
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "use_download_button": True,
    "use_fullscreen_button": False,
    "use_repository_button": bool(repository),
    "use_source_button": bool(repository),
    "repository_url": repository,
    "repository_branch": repository_branch,
    "path_to_docs": "",
    "launch_buttons": (
        {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
        if repository
        else {}
    ),
    "home_page_in_toc": True,
    "show_toc_level": 2,
    "logo": {"text": project, "alt_text": ""},
    "extra_footer": f"<p>{project}: {project_copyright}.</p>",
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
