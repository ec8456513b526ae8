"""Which way imports point, lazy ones and those for types counted."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Who may import whom, from the ground up: a room may use those above it in
# this list that it names, and nothing else of the project.
ROOMS = {
    "errors": (),
    "files": ("errors",),
    "json_files": ("errors",),
    "published_config": ("errors",),
    "nearest": ("errors",),
    "vector_index": ("errors", "files"),
    "prediction": (),
    "preset_sizes": (),
    "config": ("errors", "json_files", "preset_sizes", "published_config"),
    "layers": ("config", "errors"),
    "tokenizers": ("errors", "files", "json_files"),
    "data": ("errors", "files", "json_files", "tokenizers"),
    "checkpoints": (
        *("config", "data.preprocessor", "errors", "files"),
        *("json_files", "tokenizers"),
    ),
    "compression": ("checkpoints", "config", "data", "errors", "tokenizers"),
    "costs": ("checkpoints", "config"),
    "models": (
        *("checkpoints", "config", "data", "errors", "files", "layers"),
        "prediction",
    ),
    "tagging": ("data", "errors", "tokenizers"),
    "augmentation": ("data", "errors", "tagging"),
    "evaluation": ("data", "errors", "files", "tagging"),
    "tasks": (
        *("data", "errors", "evaluation", "nearest", "prediction"),
        *("tagging", "tokenizers"),
    ),
    "training": (
        *("checkpoints", "compression", "config", "costs", "data", "errors"),
        *("evaluation", "files", "json_files", "layers", "models", "tasks"),
        "tokenizers",
    ),
    "export": (
        *("config", "data", "errors", "files", "json_files", "models"),
        *("nearest", "tasks", "tokenizers"),
    ),
    "serving": (
        "data",
        "errors",
        "export",
        "json_files",
        "tasks",
        "tokenizers",
    ),
    "recipes": (
        *("checkpoints", "config", "data", "errors", "evaluation", "export"),
        *("files", "json_files", "models", "prediction", "tasks"),
        *("tokenizers", "training"),
    ),
    "albert_tf": ("config", "errors"),
    "cli": None,  # knows everyone
}


def modules(root):
    """The files of the packages, by module."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for package in ("albert_tf", "export")
        for path in (root / package).rglob("*.py")
    }


def imports(path, known):
    """All that a file imports, wherever the statement stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                found.add(name if name in known else node.module)
    return found


def graph(root=ROOT):
    known = modules(root)
    return {
        module: imports(path, known) - {module}
        for module, path in known.items()
    }


def inside(imported):
    return imported.split(".")[0] in ("albert_tf", "export")


def room(module):
    first, *rest = module.split(".")
    return first if first == "export" or not rest else rest[0]


def way_back(edges):
    """Imports that no row of the table allows."""
    return sorted(
        f"{module} imports {imported}"
        for module, targets in edges.items()
        for imported in filter(inside, targets)
        if room(imported) != room(module)
        and ROOMS[room(module)] is not None
        and not any(
            f"{imported}.".startswith((f"albert_tf.{place}.", f"{place}."))
            for place in ROOMS[room(module)]
        )
    )


def circle(edges):
    """A circle of modules, or None."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return error.args[1]


def test_no_circle():
    assert circle(graph()) is None


def test_no_way_back():
    edges = graph()
    assert {room(module) for module in edges} == set(ROOMS)
    assert way_back(edges) == []


def test_the_table_has_no_way_back_itself():
    known = []
    for name, places in ROOMS.items():
        for place in places or ():
            assert place.split(".")[0] in known, f"{name} uses {place}"
        known.append(name)


@pytest.mark.parametrize(
    "line",
    [
        "import albert_tf.models.encoder",
        "from albert_tf.models import encoder",
        "def f():\n    from albert_tf.models.encoder import AlbertEncoder",
        "if TYPE_CHECKING:\n    from albert_tf.models.encoder import A",
    ],
)
def test_a_way_back_is_found(line, tmp_path):
    encoder = tmp_path / "albert_tf" / "models" / "encoder.py"
    vocabulary = tmp_path / "albert_tf" / "tokenizers" / "vocabulary.py"
    for path, content in (
        (encoder, "from albert_tf.tokenizers import vocabulary"),
        (vocabulary, line),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(content)
    edges = graph(tmp_path)
    names = ("albert_tf.tokenizers.vocabulary", "albert_tf.models.encoder")
    assert f"{names[0]} imports {names[1]}" in way_back(edges)
    assert set(circle(edges)) == set(names)


@pytest.mark.parametrize("place", ["layers", "models"])
def test_keras_is_the_only_framework(place):
    """They run on every backend."""
    frameworks = {"tensorflow", "jax", "torch", "tensorflow_text"}
    for module, targets in graph().items():
        if room(module) == place:
            found = {name.split(".")[0] for name in targets} & frameworks
            assert not found, module


def test_no_file_is_too_long_to_be_read():
    """One that has more than 400 lines has not found its rooms."""
    folders = ("albert_tf", "export", "benchmarks", "tests")
    lengths = {
        path.relative_to(ROOT).as_posix(): path.read_text().count("\n")
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    }
    assert len(lengths) > 200
    assert {f: n for f, n in lengths.items() if n > 400} == {}
