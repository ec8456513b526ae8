"""Whatever files say: one line, no memory, or a model that is right."""

import collections
import gzip
import json
import random
import shutil
import tracemalloc
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from torch_writer import Tensor, save_archive, save_stream

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertPretrainer, load_model
from albert_tf.tokenizers import WordPieceTokenizer

pytestmark = pytest.mark.slow

KINDS = {
    "albert_tf": "",
    "huggingface": "hf:",
    "tf1": "tf1:",
    "archive": "hf:",
    "stream": "hf:",
    "h5": "hf:",
}
MOST_BYTES = 20e6
# What somebody might put in the place of something else.
VALUES = [
    *(None, True, False, 0, -1, 1, 3, 20_000, 10**7, 2**31, 2**70),
    *(1e15, 1.5, float("nan"), "", "64", "abc", "../x", "/etc/passwd"),
    *([], ["a"], ["no", "yes"], [1, 2], [["a"]], [None], {}, {"a": 1}),
    *("x" * 100_000, "a\nb", "\ud800"),
]
SETTINGS = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def presets(tmp_path_factory, small_config, data_dir):
    """One directory a kind."""
    root = tmp_path_factory.mktemp("presets")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += [chr(ord("a") + i) for i in range(26)]
    (root / "words.txt").write_text("\n".join(pieces))
    preprocessor = TextPreprocessor(WordPieceTokenizer(root / "words.txt"), 16)
    model = AlbertClassifier(small_config, ["no", "yes"], preprocessor)
    model.save_preset(root / "albert_tf")
    model.save_preset(root / "huggingface", "huggingface")
    model = AlbertPretrainer(small_config, preprocessor=preprocessor)
    model.save_preset(root / "tf1", "tf1")
    tensors = load_file(root / "huggingface" / "model.safetensors")
    state = {name: Tensor.of(array) for name, array in tensors.items()}
    for kind, save in (("archive", save_archive), ("stream", save_stream)):
        shutil.copytree(root / "huggingface", root / kind)
        (root / kind / "model.safetensors").unlink()
        (root / kind / "pytorch_model.bin").write_bytes(save(state))
    shutil.copytree(data_dir / "hf_tensorflow" / "AlbertModel", root / "h5")
    packed = root / "h5" / "tf_model.h5.gz"
    (root / "h5" / "tf_model.h5").write_bytes(
        gzip.decompress(packed.read_bytes())
    )
    packed.unlink()
    return root


def attempt(source):
    """Loads it; the message if it is refused, None if not."""
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = load_model(source)
            if getattr(model, "preprocessor", None) is not None:
                model.preprocessor(["a b \u0301 c"])
    except UserError as error:
        message = str(error)
        assert "\n" not in message
        assert len(message) < 2000
        return message
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_BYTES
    return None


@pytest.fixture
def mutant(presets, tmp_path):
    """Loads a preset of which one file is another."""

    def load(kind, choose, change):
        directory = tmp_path / kind
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(presets / kind, directory)
        path = choose(sorted(p for p in directory.iterdir() if p.is_file()))
        path.write_bytes(change(path.read_bytes()))
        return attempt(f"{KINDS[kind]}{directory}")

    return load


@pytest.mark.parametrize("kind", KINDS)
def test_right_ones_are_read(mutant, kind):
    assert mutant(kind, lambda files: files[0], lambda content: content) is None


# === Other values ===


def places(value, path=()):
    """All places in a JSON value, from the outside in."""
    yield path
    items = []
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from places(inner, (*path, key))


def put(values, path, value):
    if not path:
        return value
    place = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return values


@pytest.mark.parametrize("kind", ["albert_tf", "huggingface", "tf1"])
def test_any_value_anywhere(mutant, presets, kind):
    """Sixty of all that there are; which, the seed says."""
    rng = random.Random(kind)
    cases = [
        (path.name, place, number)
        for path in sorted((presets / kind).glob("*.json"))
        for place in places(json.loads(path.read_text()))
        for number in range(len(VALUES))
    ]
    found = collections.Counter()
    for name, place, number in rng.sample(cases, 60):

        def change(content, place=place, number=number):
            values = put(json.loads(content), place, VALUES[number])
            return json.dumps(values).encode()

        message = mutant(
            kind,
            lambda files, name=name: next(f for f in files if f.name == name),
            change,
        )
        found["read" if message is None else "refused"] += 1
    assert found["refused"] > 20
    assert found["read"]


@pytest.mark.parametrize(
    ("name", "place", "value", "words"),
    [
        ("config.json", (), {}, "token_embedding/embeddings has shape"),
        ("config.json", (), [], "must hold a JSON object"),
        ("config.json", ("vocab_size",), 2**31, "vocab_size=31 fits"),
        ("config.json", ("hidden_size",), 20_000, "hidden_size=12 fits"),
        ("config.json", ("hidden_size",), "12", "must be a whole number"),
        ("model.json", ("arguments",), [], "must have arguments"),
        ("model.json", ("arguments", "labels"), "abc", "must be a list of"),
        ("model.json", ("arguments", "labels"), 1e15, "must be a list of"),
        ("model.json", ("arguments", "labels"), ["a"], "two different names"),
        ("model.json", ("model",), ["AlbertClassifier"], "must be a name"),
        ("model.json", ("model",), "Unknown", "a class that is not known"),
        ("model.json", ("bases",), [1], "must be names"),
        ("preprocessor.json", (), {}, "lacks 'tokenizer'"),
        ("preprocessor.json", ("max_length",), "64", "be a whole number"),
        ("preprocessor.json", ("max_length",), 2**70, "must be at most"),
        (
            "preprocessor.json",
            ("tokenizer", "vocabulary"),
            "/etc/passwd",
            "in the same directory",
        ),
        (
            "preprocessor.json",
            ("tokenizer", "vocabulary"),
            "../albert_tf/vocabulary.txt",
            "in the same directory",
        ),
    ],
    ids=str,
)
def test_wrong_values(mutant, name, place, value, words):
    message = mutant(
        "albert_tf",
        lambda files: next(f for f in files if f.name == name),
        lambda text: json.dumps(put(json.loads(text), place, value)).encode(),
    )
    assert words in message


# === Damage ===


@st.composite
def accidents(draw):
    """What happens to a file, at places from its beginning or its end."""
    size = st.integers(0, 800)
    return [
        (draw(st.sampled_from(["flip", "cut", "insert", "remove"])),)
        + (draw(size), draw(st.booleans()), draw(st.integers(1, 255)))
        for _ in range(draw(st.integers(1, 3)))
    ]


def damage(content, happened):
    content = bytearray(content)
    for accident, place, from_end, number in happened:
        place = min(place, max(0, len(content) - 1))
        if from_end:
            place = max(0, len(content) - 1 - place)
        if accident == "flip" and content:
            content[place] ^= number
        elif accident == "cut":
            del content[place:]
        elif accident == "insert":
            content[place:place] = bytes([number]) * (number % 30)
        else:
            del content[place : place + number % 30]
    return bytes(content)


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(st.integers(0, 9), accidents())
def test_damage(mutant, kind, which, happened):
    mutant(
        kind,
        lambda files: files[which % len(files)],
        lambda content: damage(content, happened),
    )
