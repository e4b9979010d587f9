"""Rules for what Keras and TensorFlow say; neither is imported here."""

from __future__ import annotations

import ast
import difflib
import re

from helpers.checks.errors._place import Place


def ranks(place: Place, said: re.Match) -> str | None:
    """One-hot labels, or a single row of outputs, for a loss that wants whole numbers."""
    target, output = _batch(said[1]), _batch(said[2])
    if target == output and target.count(",") == 1 and not target.endswith(",)"):
        return (
            "The loss SparseCategoricalCrossentropy wants labels as whole numbers, one for each"
            f" example, but they have the shape {target} here, like one-hot rows. Give it the whole"
            " numbers, or use the loss CategoricalCrossentropy."
        )
    return (
        "The loss SparseCategoricalCrossentropy wants one whole number for each example and a row"
        f" of outputs for each; here the labels have the shape {target}, the outputs {output}."
    )


def same_shape(place: Place, said: re.Match) -> str | None:
    target, output = _batch(said[1]), _batch(said[2])
    start = (
        f"The targets have the shape {target} and the outputs {output}, and this loss wants both"
        " alike."
    )
    loss = place.failure.within.rpartition(".")[2]
    if loss == "categorical_crossentropy":
        return (
            f"{start} It takes one-hot rows; for labels that are whole numbers there is"
            " SparseCategoricalCrossentropy."
        )
    if loss == "binary_crossentropy" and output.count(",") == 1 and target.endswith(("1)", ",)")):
        return f"{start} One yes or no for each example needs one output unit."
    return start


def in_the_loss(place: Place, said: re.Match) -> str | None:
    if "compile_loss" not in said[0]:
        return None
    return (
        f"The targets and the model's outputs do not fit in the loss: the last sizes are {said[1]}"
        f" and {said[2]}. The output layer needs as many units as there are targets for each"
        " example."
    )


def _batch(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def layer_width(place: Place, said: re.Match) -> str | None:
    shape = _batch(said[2])
    return (
        f"A layer expects {said[1]} inputs for each example, but it gets the shape {shape}. The"
        " model takes examples as rows: is it the right array, and the `Input` of the right size?"
    )


def layer_rank(place: Place, said: re.Match) -> str | None:
    return (
        f"A dense layer takes a table of examples, a row for each, but it gets the shape {said[1]},"
        " which has one axis. A single example x is given as `x[None, :]`."
    )


def input_shape(place: Place, said: re.Match) -> str | None:
    wanted, given = _batch(said[1]), _batch(said[2])
    start = (
        f"The model was made for inputs of shape {wanted} (None is the number of examples), but"
        f" gets {given}."
    )
    if given.endswith(",)") and not wanted.endswith(",)"):
        return f"{start} A single example x is given as a table of one row, `x[None, :]`."
    return f"{start} Compare the size in `Input` with the array's columns."


def weight_list(place: Place, said: re.Match) -> str | None:
    given, wanted = int(said[1]), int(said[2])
    if wanted == 0:
        return (
            f"`set_weights` gets {given} arrays, but the model has no weights yet: they are made"
            " when its input size is known. Begin the model with `keras.Input((…,))`."
        )
    return (
        f"`set_weights` gets {given} arrays, but the model has {wanted}: for each dense layer its"
        " weights W and its biases b, in this order."
    )


def weight_shape(place: Place, said: re.Match) -> str | None:
    return (
        f"`set_weights` gets an array of shape {said[2]} where the model has {said[1]}. The order"
        " is W, b for each layer, from the first to the last; W has a row for each input."
    )


def not_compiled(place: Place, said: re.Match) -> str | None:
    return (
        "The model is not compiled: call `model.compile(…)` with an optimizer and a loss before it."
    )


def not_built(place: Place, said: re.Match) -> str | None:
    return (
        "The model has no weights yet, because it does not know how many inputs it gets. Begin it"
        " with `keras.Input((n,))`, n being the number of columns of X."
    )


def identifier(place: Place, said: re.Match) -> str | None:
    return (
        f"Keras knows no {said[1]} called {said[2]}. Is its name spelled right, in small letters?"
    )


def counts(place: Place, said: re.Match) -> str | None:
    found = re.findall(r"'([xy])' sizes: (\d+)", said[0])
    shown = " and ".join(f"{name} has {size} rows" for name, size in found[:2])
    return f"{shown}; there must be a target for each example." if len(found) > 1 else None


def data_type(place: Place, said: re.Match) -> str | None:
    return (
        "Keras takes arrays here, not Python lists of them: make an array first, by `np.array(…)`."
    )


def two_types(place: Place, said: re.Match) -> str | None:
    types = {"double": "float64", "float": "float32", "half": "float16"}
    wanted, given = (types.get(name, name) for name in said.groups())
    if "int" in wanted or "int" in given:
        return (
            f"TensorFlow does not mix types: one side holds {wanted}, the other {given}. Make"
            " floats of the whole numbers: `tf.cast(…, tf.float32)`, or `.astype`, before."
        )
    return (
        f"TensorFlow does not mix types: one side holds {wanted}, the other {given}. NumPy's floats"
        " are float64, Keras's weights float32: bring both to one, by `tf.cast` or `.astype`."
    )


def whole_numbers(place: Place, said: re.Match) -> str | None:
    if not said[1].startswith(("int", "uint")):
        return None
    return (
        f"This function of TensorFlow's needs floats, but it gets whole numbers ({said[1]})."
        " Convert them first: `tf.cast(…, tf.float32)`."
    )


def label_range(place: Place, said: re.Match) -> str | None:
    return (
        f"There is a label {said[1]}, but the model has {said[2]} outputs, for the labels 0 to"
        f" {int(said[2]) - 1}. Does the output layer have a unit for each class, and do the labels"
        " count from 0?"
    )


def matrices(place: Place, said: re.Match) -> str | None:
    a, b = (f"({text.replace(',', ', ')})" for text in said.groups())
    left, right = _sides(place)
    return (
        f"{left} has the shape {a} and {right} {b}: the columns of the first must be as many as the"
        " rows of the second."
    )


def shapes(place: Place, said: re.Match) -> str | None:
    a, b = (f"({text.replace(',', ', ')})" for text in said.groups())
    left, right = _sides(place)
    return (
        f"{left} has the shape {a} and {right} {b}, which do not fit: compared from the last axis"
        " backwards, sizes must be equal, or one of them 1."
    )


def _sides(place: Place) -> tuple[str, str]:
    """Name the two tensors that an operator or a function of TensorFlow's got."""
    node, unknown = place.node, ("The first tensor", "the second")
    pair = []
    if isinstance(node, ast.BinOp):
        pair = [node.left, node.right]
    elif isinstance(node, ast.Call) and place.called().startswith(("tf.", "tensorflow.")):
        pair = node.args
    if len(pair) != 2:
        return unknown
    left, right = map(place.code, pair, unknown)
    return left, right


def mixed(place: Place, said: re.Match) -> str | None:
    return (
        f"TensorFlow does not mix types: a tensor of whole numbers ({said[2]}) cannot be combined"
        f" with {said[1]}. Convert it first: `tf.cast(…, tf.float32)`."
    )


def symbolic(place: Place, said: re.Match) -> str | None:
    return (
        "Inside a loss, a metric or a layer TensorFlow works with tensors that hold no numbers yet,"
        " which NumPy cannot take. Use TensorFlow's functions there, such as `tf.exp`."
    )


def unknown_argument(place: Place, said: re.Match) -> str | None:
    node, wrong = place.node, said[1]
    if not isinstance(node, ast.Call) or wrong not in {each.arg for each in node.keywords}:
        return None
    found = place.what(node.func)
    names = found.names if found else ()
    near = difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
    if wrong in ("lr", "alpha") and "learning_rate" in names:
        near = ["learning_rate"]
    shown = ast.unparse(node.func)
    advice = f" Did you mean `{near[0]}=`?" if near else ""
    return f"`{shown}` knows no argument `{wrong}=`.{advice}"


def layers_as_list(place: Place, said: re.Match) -> str | None:
    node = place.node
    name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    if not name.endswith("Sequential") or len(node.args) < 2:
        return None
    return f"`{name}` takes the layers as one argument, a list: `{name}([…, …])`."


def input_as_tuple(place: Place, said: re.Match) -> str | None:
    node = place.node
    name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    if not name.endswith("Input"):
        return None
    return (
        f"`{name}` takes the shape of one example, a tuple: `{name}(({said[1]},))`, with a comma."
    )


def tape_used(place: Place, said: re.Match) -> str | None:
    return (
        "A tape gives its gradients once. Ask for all at once, `tape.gradient(loss, [W, b])`, or"
        " make it by `tf.GradientTape(persistent=True)`."
    )


def several_units(place: Place, said: re.Match) -> str | None:
    """The course's own network: a vector of targets, several output units."""
    node = place.node
    if not isinstance(node, ast.Call) or not place.failure.within.startswith("helpers."):
        return None
    if not ast.unparse(node.func).endswith((".fit", ".evaluate")):
        return None
    return (
        "The targets have one number for each example, but the model's last layer has several"
        " units. For one number an example it ends in `Dense(1)`; for classes as whole numbers the"
        " loss is SparseCategoricalCrossentropy."
    )


RULES = (
    (r"^ValueError: y must have 2 dimensions, got shape \(\d+,\)", several_units),
    (
        r"must have rank .*target\.ndim - 1.*target\.shape=(\([^)]*\)),? output\.shape=(\([^)]*\))",
        ranks,
    ),
    (
        r"must have the same (?:shape|rank).*target\.shape=(\([^)]*\)),? output\.shape=(\([^)]*\))",
        same_shape,
    ),
    (r"expected axis -1 of input shape to have value (\d+).*?shape (\([^)]*\))", layer_width),
    (r"expected min_ndim=2, found ndim=1\. Full shape received: (\([^)]*\))", layer_rank),
    (r"Expected shape (\([^)]*\)), but input has incompatible shape (\([^)]*\))", input_shape),
    (r"weight list of length (\d+), but the layer was expecting (\d+) weights", weight_list),
    (
        r"weight shape (\([^)]*\)) is not compatible with provided weight shape (\([^)]*\))",
        weight_shape,
    ),
    (r"must call `?compile\(\)`? before", not_compiled),
    (
        r"(?:(?:has|have) not (?:yet )?been (?:built|created)|isn't built|not yet been built)",
        not_built,
    ),
    (r"Could not interpret (\w+)(?: function)? identifier: ?(\w+)", identifier),
    (r"Data cardinality is ambiguous.*", counts),
    (r"Unrecognized data type: x=", data_type),
    (r"was expected to be a (\w+) tensor but is a (\w+) tensor", two_types),
    (r"Value for attr 'T' of (\w+) is not in the list of allowed values", whole_numbers),
    (r"label value of (-?\d+) which is outside the valid range of \[0, (\d+)\)", label_range),
    (r"Matrix size-incompatible: In\[0\]: \[([\d,]+)\], In\[1\]: \[([\d,]+)\]", matrices),
    (r"Incompatible shapes: \[([\d,]+)\] vs\. \[([\d,]+)\]", shapes),
    (r"Dimensions must be equal, but are (\d+) and (\d+) for .*", in_the_loss),
    (r"^TypeError: Cannot convert (.{1,20}) to EagerTensor of dtype (int\d+)", mixed),
    (r"^NotImplementedError: .*Cannot convert a symbolic tf\.Tensor", symbolic),
    (
        r"(?:not recognized|Unrecognized keyword arguments passed to \w+): \{'(\w+)'",
        unknown_argument,
    ),
    (r"Expected `trainable` to be a boolean", layers_as_list),
    (r"Cannot convert '(\d+)' to a shape", input_as_tuple),
    (r"non-persistent GradientTape can only be used", tape_used),
)
