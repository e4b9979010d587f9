"""The kinds of cell: outputs that answer a prediction, and code that needs TensorFlow.

`tools.store_outputs` marks both, and the tests hold every notebook to the marks.
"""

from __future__ import annotations

import ast
import itertools
import symtable
from collections.abc import Iterator

from nbformat import NotebookNode

PREDICTION = "> **Predict.**"
FOLDED = "hide-output"
TENSORFLOW = "tensorflow"
# What needs no TensorFlow of the module that knows it.
WITHOUT_TENSORFLOW = {"compare"}


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Say whether a cell has the tag."""
    return tag in cell.metadata.get("tags", [])


def add_tag(cell: NotebookNode, tag: str) -> None:
    """Give a cell the tag, unless it has it."""
    if not has_tag(cell, tag):
        cell.metadata.tags = [*cell.metadata.get("tags", []), tag]


# --- predictions ----------------------------------------------------------------------------------


def answering_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the cells whose outputs answer a prediction: the code between it and the next text."""
    asked = answered = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked, answered = PREDICTION in cell.source or (asked and not answered), False
        elif asked and cell.cell_type == "code":
            answered = True
            if cell.outputs:
                yield cell


def fold_answers(notebook: NotebookNode) -> None:
    """Fold the outputs that answer a prediction, and those of cells that have the tag already.

    MyST-NB reads the tag, JupyterLab the metadata.
    """
    for cell in answering_cells(notebook):
        add_tag(cell, FOLDED)
    for cell in notebook.cells:
        jupyter = dict(cell.metadata.pop("jupyter", {}))
        jupyter.pop("outputs_hidden", None)
        if has_tag(cell, FOLDED):
            jupyter["outputs_hidden"] = True
        if jupyter:
            cell.metadata.jupyter = jupyter


# --- TensorFlow -----------------------------------------------------------------------------------


def imports_tensorflow(tree: ast.AST) -> bool:
    """Say whether code imports TensorFlow or Keras, or what `helpers.comparison` makes of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
            if any(m.split(".")[0] in ("tensorflow", "keras") for m in modules):
                return True
            if "helpers.comparison" in modules:
                return True
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {name.name for name in node.names}
            if node.module.split(".")[0] in ("tensorflow", "keras"):
                return True
            if node.module == "helpers.comparison" and names - WITHOUT_TENSORFLOW:
                return True
            if node.module == "helpers" and "comparison" in names:
                return True
    return False


class _AsGenerators(ast.NodeTransformer):
    """Makes every comprehension a generator: from Python 3.12 on, the names inside of any other
    one count as the statement's own."""

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.GeneratorExp:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    def visit_SetComp(self, node: ast.SetComp) -> ast.GeneratorExp:
        return self.visit_ListComp(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.GeneratorExp:
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the global names that a statement uses and those that it defines."""
    plain = _AsGenerators().visit(ast.parse(ast.unparse(statement)))
    table = symtable.symtable(ast.unparse(plain), "cell", "exec")
    symbols = table.get_symbols()
    defined = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    used = {s.get_name() for s in symbols if s.is_referenced()}
    used |= set(itertools.chain.from_iterable(map(_globals, table.get_children())))
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        used.add(statement.target.id)
    if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)):
        used -= defined  # a function that calls itself, the variable of a loop
    return used, defined


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the global names that a function, class or comprehension uses."""
    yield from (s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced())
    for child in table.get_children():
        yield from _globals(child)


def tag_tensorflow(notebook: NotebookNode) -> None:
    """Tag the cells that import TensorFlow or use a name that such an import gave.

    What is computed with it is left to the author: a name that many cells use is better defined
    in a cell without the tag.
    """
    imported: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for statement in ast.parse(cell.source).body:
            used, defined = names(statement)
            needs = imports_tensorflow(statement)
            if needs or used & imported:
                add_tag(cell, TENSORFLOW)
            imported = imported | (defined - WITHOUT_TENSORFLOW) if needs else imported - defined


def wrongly_tagged(notebook: NotebookNode) -> Iterator[str]:
    """Yield what is wrong with the tag: a cell needs TensorFlow without it, or has it for nothing.

    A cell needs TensorFlow if it imports it, or uses a name that was last defined in a cell with
    the tag.
    """
    last_defined_with_it: dict[str, bool] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tagged, needs, start = has_tag(cell, TENSORFLOW), False, cell.source[:60]
        for statement in ast.parse(cell.source).body:
            used, defined = names(statement)
            borrowed = sorted(name for name in used if last_defined_with_it.get(name))
            imports = imports_tensorflow(statement)
            needs = needs or imports or bool(borrowed)
            if imports and not tagged:
                yield f"a cell imports TensorFlow and is not tagged {TENSORFLOW!r}: {start!r}"
            elif borrowed and not tagged:
                yield (
                    f"a cell without the tag {TENSORFLOW!r} uses {', '.join(borrowed)}, "
                    f"last defined in a cell with it: {start!r}"
                )
            last_defined_with_it |= dict.fromkeys(defined, tagged)
        if tagged and not needs:
            yield f"a cell is tagged {TENSORFLOW!r} and does not need it: {start!r}"
