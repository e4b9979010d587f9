"""The web site: what its pages add to the notebooks, its links, and (slow) the site as built.

What a browser makes of it is tested in tests/browser/test_site.py.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.cells import FOLDED, has_tag
from tools.set_up import set_up
from tools.site import colab, licences, links, notebooks
from tools.site.browser import find_browser

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
EXERCISES = sorted(ROOT.glob("notebooks/exercises/[0-9]*.ipynb"))
DEEPER = sorted(ROOT.glob("notebooks/deeper/[0-9]*.ipynb"))
HELPERS = {  # as README.md's table has them
    "01": "activations",
    "02": "outputs",
    "03": "softmax",
    "04": "losses",
    "05": "stability",
    "06": "network",
    "07": "multilabel",
    "08": "optimizers",
    "09": "network",
}


def stem(path: Path) -> str:
    return path.stem


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


# --- what a page adds to its notebook -------------------------------------------------------------


def task(name: str, code: str) -> dict:
    cell = nbformat.v4.new_code_cell(code)
    cell.metadata = {"nbgrader": {"grade_id": name, "solution": True}}
    return cell


BLANK = "def double(z):\n    raise NotImplementedError()"
SOLVED = "def double(z):\n    ### BEGIN SOLUTION\n    return 2 * z\n    ### END SOLUTION"


def pair() -> tuple[dict, dict]:
    """An exercise and its solutions."""
    check = nbformat.v4.new_code_cell('check("double", double)')
    check.metadata = {"nbgrader": {"grade_id": "check_double", "solution": False}}
    new = nbformat.v4.new_notebook
    return new(cells=[task("double", BLANK), check]), new(cells=[task("double", SOLVED), check])


def test_solution_is_folded_below_its_task():
    exercise, solutions = pair()
    page = notebooks.with_solutions(exercise, solutions)
    asked, solution, check = page["cells"]
    assert asked == exercise["cells"][0]
    assert check == exercise["cells"][1]
    assert solution["cell_type"] == "markdown"
    assert solution["source"] == (
        '<details class="solution"><summary>Show the solution of <code>double</code></summary>\n\n'
        "```python\ndef double(z):\n    return 2 * z\n```\n\n</details>"
    )


def test_notebooks_given_stay_as_they_are():
    exercise, solutions = pair()
    before = copy.deepcopy((exercise, solutions))
    notebooks.with_note(notebooks.with_solutions(exercise, solutions), "Note")
    assert (exercise, solutions) == before


def test_a_task_without_solution_is_named():
    exercise, solutions = pair()
    solutions["cells"].pop(0)
    with pytest.raises(ValueError, match="no solution of 'double'"):
        notebooks.with_solutions(exercise, solutions)


@pytest.mark.parametrize("path", EXERCISES, ids=stem)
def test_every_task_of_an_exercise_has_its_solution(path):
    exercise = load(path)
    page = notebooks.with_solutions(exercise, load(ROOT / "notebooks" / "solutions" / path.name))
    tasks = [cell for cell in exercise["cells"] if notebooks.solution_name(cell)]
    assert tasks
    assert len(page["cells"]) == len(exercise["cells"]) + len(tasks)
    assert "BEGIN SOLUTION" not in json.dumps(page)


@pytest.mark.parametrize(
    "path", [*LESSONS, *EXERCISES, *DEEPER], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_page_is_a_valid_notebook_with_its_note_under_the_opening(path):
    page = notebooks.with_note(load(path), "The note")
    nbformat.validate(nbformat.from_dict(page))
    assert notebooks.source(page["cells"][0]).startswith("# ")
    assert page["cells"][1]["source"] == "The note"


@pytest.mark.parametrize("folder", sorted(notebooks.STILL))
def test_the_note_leads_to_the_same_notebook_running(folder):
    note = notebooks.run_it(folder, "03_softmax", "")
    root = "../" * (folder.count("/") + 1)
    assert f'href="{root}lab/lab/index.html?reset&path={folder}/03_softmax.ipynb"' in note
    assert "stand still" not in note
    assert "Colab" not in note + notebooks.run_it(folder, "03_softmax", "https://git.example/a/b")
    note = notebooks.run_it(folder, "03_softmax", "https://github.com/someone/course")
    place = f"someone/course/blob/gh-pages/colab/{folder}/03_softmax.ipynb"
    assert f'href="https://colab.research.google.com/github/{place}">Open in Colab</a>' in note
    place = f"someone/course/main?urlpath=lab/tree/{folder}/03_softmax.ipynb"
    assert f'href="https://mybinder.org/v2/gh/{place}">Binder</a>' in note


def test_colabs_notebook_is_the_lesson_with_one_cell_before_it(tmp_path):
    colab.write(ROOT, tmp_path, "https://github.com/someone/course")
    written = sorted((tmp_path / "colab").rglob("*.ipynb"))
    sources = sorted([*LESSONS, *DEEPER, *EXERCISES])
    assert [path.relative_to(tmp_path / "colab") for path in written] == [
        path.relative_to(ROOT) for path in sources
    ]
    for path, original in zip(written, sources, strict=True):
        notebook = load(path)
        nbformat.validate(nbformat.from_dict(notebook))
        first = notebook["cells"].pop(0)
        assert notebook == load(original)
        assert "https://github.com/someone/course" in first["source"]
        assert f"/content/course/{original.parent.relative_to(ROOT).as_posix()}" in first["source"]


IN_COLAB = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        shell.run_cell("".join(cell["source"])).raise_error()
import helpers.checks
helpers.checks.solution("softmax")
print("helpers:", helpers.__file__)
"""


@pytest.mark.slow
def test_colabs_notebook_runs_where_only_its_packages_are(tmp_path):
    """Its first cell's commands, with a clone of this repository in place of the public one."""
    uv = [sys.executable, "-m", "uv"]
    env = tmp_path / "env"
    subprocess.run([*uv, "venv", "-q", "--seed", "--python", sys.executable, env], check=True)
    python = env / ("Scripts" if os.name == "nt" else "bin") / "python"
    # A path file adds the folder, but does not run the folder's own path files: no `helpers`.
    (packages,) = env.rglob("site-packages")
    (packages / "colab.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    course = tmp_path / "course"
    lesson = colab.for_colab(load(LESSONS[2]), f"file://{ROOT}", "notebooks", str(course))
    (tmp_path / "lesson.ipynb").write_text(json.dumps(lesson), encoding="utf-8")
    run = subprocess.run(
        [python, "-c", IN_COLAB, "lesson.ipynb"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "HELPERS"))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert f"helpers: {course}" in run.stdout
    assert "softmax: the solution" in run.stdout
    assert "not here" not in run.stdout


# --- links ----------------------------------------------------------------------------------------


def test_anchor_is_jupyterlabs():
    assert links.jupyterlab_anchor("3.4 From scores to probabilities") == (
        "3.4-From-scores-to-probabilities"
    )


SOUND = """<html><head><link rel="stylesheet" href="_static/s.css?v=1"></head><body>
<h1 id="one">One</h1><a href="#one">up</a><a href="b.html#two">b</a>
<img src="data:image/png;base64,">
<a href="https://elsewhere.example/">elsewhere</a><a href="#">top</a></body></html>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "s.css").write_text('a { background: url("local.svg") }')
    (tmp_path / "a.html").write_text(SOUND)
    (tmp_path / "b.html").write_text('<p id="two">Two <a href="a.html">a</a></p>')
    return tmp_path


def test_nothing_is_wrong_with_a_sound_site(site):
    assert list(links.faults(site)) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ('<a href="c.html">', "a.html links to c.html, which does not exist"),
        ('<a href="b.html#three">', "b.html#three, but there is no such place"),
        ('<a href="#three">', "#three, but there is no such place"),
        ('<img src="picture.png">', "picture.png, which does not exist"),
        ('<script src="https://cdn.example/x.js">', "loads https://cdn.example/x.js"),
        ('<img src="//cdn.example/x.png">', "loads //cdn.example/x.png"),
        ('<link rel="preconnect" href="https://fonts.example">', "loads https://fonts.example"),
    ],
)
def test_a_planted_fault_is_found(site, fault, said):
    (site / "a.html").write_text(SOUND + fault)
    (found,) = links.faults(site)
    assert said in found


@pytest.mark.parametrize("rule", ["@import '{}'", "a {{ background: url({}) }}"])
def test_a_style_from_another_host_is_found(site, rule):
    (site / "_static" / "s.css").write_text(rule.format("https://fonts.example/f.css"))
    assert list(links.faults(site)) == ["_static/s.css loads https://fonts.example/f.css"]


@pytest.mark.parametrize("path", LESSONS, ids=stem)
def test_lesson_leads_to_its_neighbours_its_exercise_and_its_helper(path):
    cells = [notebooks.source(cell) for cell in load(path)["cells"]]
    opening, end = cells[0], cells[-1].partition("## Next")[2]
    number = LESSONS.index(path)
    expected = [f"../helpers/{HELPERS[path.stem[:2]]}.py", "index.md"]
    expected += [
        f"exercises/{exercise.name}" for exercise in EXERCISES if exercise.name == path.name
    ]
    expected += [LESSONS[number - 1].name] if number else []
    expected += [LESSONS[number + 1].name] if path != LESSONS[-1] else []
    for place in (opening, end):
        found = re.findall(r"\]\(([^)#]+)[^)]*\)", place)
        assert [link for link in expected if link not in found] == []


def test_the_page_of_modules_leads_to_every_helper_in_the_order_of_the_lessons():
    text = (ROOT / "docs" / "modules.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\d\. \[`helpers/(\w+)\.py`\]\(\.\./helpers/\1\.py\)$", text, flags=re.M)
    assert listed == list(HELPERS.values())[:8]
    for name in listed:
        assert f"\n/helpers/{name}\n" in text


def test_readme_leads_to_the_public_address_if_there_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    start = (ROOT / "README.md").read_text(encoding="utf-8").split("## Start on your computer")[0]
    assert project.get("urls", {}).get("Homepage", "") in start
    assert "Run the course in your browser" in start


# --- the environment ------------------------------------------------------------------------------


def test_requirements_pin_what_the_group_asks_for():
    text = (ROOT / "requirements-site.txt").read_text(encoding="utf-8")
    pins = [Requirement(line) for line in re.findall(r"^[^\s#].*?(?= \\$)", text, flags=re.M)]
    assert [str(pin) for pin in pins if [s.operator for s in pin.specifier] != ["=="]] == []
    pinned = {canonicalize_name(pin.name) for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        canonicalize_name(Requirement(line).name) for line in project["dependency-groups"]["site"]
    }
    assert asked <= pinned
    assert "tensorflow" not in pinned


# --- the site as built ----------------------------------------------------------------------------

ADDRESS = "https://github.com/someone/course"


def make_site(output: Path, *options: str) -> tuple[Path, str]:
    """Build the site; return its folder and what was said."""
    environment = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL"}}
    set_up(".venv-site")
    arguments = " ".join(["--output", str(output), *options])
    run = subprocess.run(
        ["make", "site", f"ARGS={arguments}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return output, run.stdout + run.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return make_site(tmp_path_factory.mktemp("build") / "site")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return make_site(tmp_path_factory.mktemp("build") / "site", "--repository", ADDRESS)[0]


@pytest.mark.slow
def test_site_is_built_without_a_word_of_warning(built):
    _, said = built
    assert "warning" not in said.lower()


@pytest.mark.slow
def test_every_lesson_exercise_and_helper_has_a_page(built):
    site, _ = built
    sources = [
        *LESSONS,
        *EXERCISES,
        *DEEPER,
        *ROOT.glob("helpers/[a-z]*.py"),
        *ROOT.glob("docs/*.md"),
    ]
    pages = [path.relative_to(ROOT).with_suffix(".html") for path in sources]
    assert [page for page in pages if not (site / page).exists()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [*LESSONS, *EXERCISES, *DEEPER], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_page_offers_its_notebook_as_it_is(built, path):
    site, _ = built
    name = path.relative_to(ROOT)
    page = (site / name.with_suffix(".html")).read_text(encoding="utf-8")
    (link,) = set(re.findall(r'href="([^"]*_sources/[^"]*\.ipynb)"', page))
    assert (site / name.parent / link).read_bytes() == path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=stem)
def test_figures_are_shown_once_with_their_text_and_answers_are_folded(built, path):
    site, _ = built
    page = (site / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    stored = re.findall(r'<img src=\\"data:[^>]*alt=\\"(.*?)\\">', path.read_text(encoding="utf-8"))
    shown = re.findall(r'<img src="data:[^>]*alt="(.*?)">', article)
    assert stored
    assert shown == [json.loads(f'"{text}"') for text in stored]
    assert "Explorer: " not in article  # the plain text of a widget, which stands beside its HTML
    cells = nbformat.read(path, 4).cells
    in_prose = sum(cell.source.count("<details>") for cell in cells)
    assert article.count("<details>") == in_prose >= 3  # three questions, at least
    folded = sum(has_tag(cell, FOLDED) for cell in cells)
    assert len(re.findall(r'<details class="[^"]*\bhide\b', article)) == folded


@pytest.mark.slow
@pytest.mark.parametrize("path", EXERCISES, ids=stem)
def test_solutions_are_folded(built, path):
    site, _ = built
    page = (site / "notebooks" / "exercises" / f"{path.stem}.html").read_text(encoding="utf-8")
    tasks = sum(bool(notebooks.solution_name(cell)) for cell in load(path)["cells"])
    assert len(re.findall(r'<details class="solution"><summary>', page)) == tasks


@pytest.mark.slow
def test_without_an_address_nothing_leads_to_a_repository(built):
    site, _ = built
    for page in site.rglob("*.html"):
        assert not re.search(
            r'href="[^"]*(github\.com/\w+/|mybinder\.org/v2|colab\.)',
            page.read_text(encoding="utf-8"),
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [*LESSONS, *EXERCISES, *DEEPER], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_with_an_address_a_notebook_leads_to_binder_and_to_its_source(published, path):
    name = path.relative_to(ROOT).as_posix()
    page = (published / name).with_suffix(".html").read_text(encoding="utf-8")
    assert f"https://mybinder.org/v2/gh/someone/course/main?urlpath=lab/tree/{name}" in page
    assert f"{ADDRESS}/blob/main/{name}" in page


@pytest.mark.slow
def test_with_an_address_files_outside_the_site_are_links_to_the_repository(published):
    page = (published / "README.html").read_text(encoding="utf-8")
    assert f'href="{ADDRESS}/blob/main/CONTRIBUTING.md"' in page
    assert f'href="{ADDRESS}/blob/main/LICENSE"' in page


@pytest.mark.slow
def test_the_page_of_licences_lists_what_the_site_carries(built):
    site, _ = built
    page = (site / licences.PAGE).read_text(encoding="utf-8")
    listed = re.findall(r"<tr><td>(.*?)</td><td><a href=", page)
    names = {re.sub(r"[ ,:].*", "", name) for name in listed}
    assert {"Sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "myst-nb", "MathJax"} <= names


@pytest.mark.slow
def test_the_cheat_sheet_is_one_page_of_a4(built):
    site, _ = built
    if find_browser() is None:
        pytest.skip("no Chromium or Chrome: make site prints no cheat sheet without one")
    pdf = (site / "docs" / "cheat_sheet.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups())
    assert (width, height) == pytest.approx((595.3, 841.9), abs=1)
    assert 'href="cheat_sheet.pdf"' in (site / "docs" / "cheat_sheet.html").read_text(
        encoding="utf-8"
    )
