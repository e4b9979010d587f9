"""Rules for what Keras and TensorFlow say; neither is imported here."""

from __future__ import annotations

import re

from helpers.checks._place import Place


def ranks(place: Place, said: re.Match) -> str | None:
    """One-hot labels for a loss that wants whole numbers."""
    return (
        "The loss SparseCategoricalCrossentropy wants labels as whole numbers, one for each"
        " example,"
        f" but they have the shape {_batch(said[1])} here, like one-hot rows. Give it the whole"
        " numbers, or use the loss CategoricalCrossentropy."
    )


def same_shape(place: Place, said: re.Match) -> str | None:
    target, output = _numbers(said[1]), _numbers(said[2])
    start = (
        f"The targets have the shape {_batch(said[1])} and the model's outputs {_batch(said[2])}"
        " (None is the number of examples), and this loss wants both alike."
    )
    if target[-1:] == [1] and output[-1:] and output[-1] > 1:
        return (
            f"{start} For labels that are whole numbers, and an output for each class, there is"
            " SparseCategoricalCrossentropy; for a yes or no, one output unit."
        )
    return start


def _batch(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", text)]


def layer_width(place: Place, said: re.Match) -> str | None:
    shape = _batch(said[2])
    return (
        f"A layer expects {said[1]} inputs for each example, but it gets the shape {shape}. The"
        " model"
        " takes examples as rows: is it the right array, and the `Input` of the right size?"
    )


def layer_rank(place: Place, said: re.Match) -> str | None:
    return (
        f"The model takes a table of examples, a row for each, but it gets the shape {said[1]},"
        " which"
        " has one axis. A single example x is given as `x[None, :]`."
    )


def input_shape(place: Place, said: re.Match) -> str | None:
    return (
        f"The model was made for inputs of shape {_batch(said[1])} (None is the number of"
        " examples),"
        f" but gets {_batch(said[2])}. Compare the size in `Input` with the array's columns."
    )


def weight_list(place: Place, said: re.Match) -> str | None:
    given, wanted = int(said[1]), int(said[2])
    if wanted == 0:
        return (
            f"`set_weights` gets {given} arrays, but the model has no weights yet: they are made"
            " when"
            " its input size is known. Begin the model with `keras.Input((…,))`."
        )
    return (
        f"`set_weights` gets {given} arrays, but the model has {wanted}: for each dense layer its"
        " weights W and its biases b, in this order."
    )


def weight_shape(place: Place, said: re.Match) -> str | None:
    return (
        f"`set_weights` gets an array of shape {said[2]} where the model has {said[1]}. The order"
        " is"
        " W, b for each layer, from the first to the last; W has a row for each input."
    )


def not_compiled(place: Place, said: re.Match) -> str | None:
    return (
        "The model is not compiled: call `model.compile(…)` with an optimizer and a loss before it."
    )


def not_built(place: Place, said: re.Match) -> str | None:
    return (
        "The model has no weights yet, because it does not know how many inputs it gets. Begin it"
        " with"
        " `keras.Input((n,))`, n being the number of columns of X."
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
            " floats of"
            " the whole numbers: `tf.cast(…, tf.float32)`, or `.astype`, before."
        )
    return (
        f"TensorFlow does not mix types: one side holds {wanted}, the other {given}. NumPy's"
        " floats are"
        " float64, Keras's weights float32: bring both to one, by `tf.cast` or `.astype`."
    )


def whole_numbers(place: Place, said: re.Match) -> str | None:
    if not said[1].startswith(("int", "uint")):
        return None
    return (
        f"This function of TensorFlow's needs floats, but it gets whole numbers ({said[1]})."
        " Convert"
        " them first: `tf.cast(…, tf.float32)`."
    )


def label_range(place: Place, said: re.Match) -> str | None:
    return (
        f"There is a label {said[1]}, but the model has {said[2]} outputs, for the labels 0 to"
        f" {int(said[2]) - 1}. Does the output layer have a unit for each class, and do the labels"
        " count"
        " from 0?"
    )


def matrices(place: Place, said: re.Match) -> str | None:
    a, b = (f"({text.replace(',', ', ')})" for text in said.groups())
    return (
        f"The matrices have the shapes {a} and {b}: the columns of the first must be as many as"
        " the rows of the second."
    )


def shapes(place: Place, said: re.Match) -> str | None:
    a, b = (f"({text.replace(',', ', ')})" for text in said.groups())
    return (
        f"The shapes {a} and {b} do not fit: compared from the last axis backwards, sizes must be"
        " equal, or one of them 1."
    )


def tape_used(place: Place, said: re.Match) -> str | None:
    return (
        "A tape gives its gradients once. Ask for all at once, `tape.gradient(loss, [W, b])`, or"
        " make it"
        " by `tf.GradientTape(persistent=True)`."
    )


RULES = (
    (r"`output` must have rank \(ndim\) `target\.ndim - 1`.*target\.shape=(\([^)]*\))", ranks),
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
        r"(?:has not (?:yet )?been built|not yet been built|have not (?:yet )?been created)",
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
    (r"non-persistent GradientTape can only be used", tape_used),
)
