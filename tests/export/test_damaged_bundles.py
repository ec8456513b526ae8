"""Files that were damaged on their way, in any way."""

from bundle_writer import NETWORK, VOCABULARY, manifest, members, pack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

WHOLE = pack(members())


def attempt(read, content):
    """The bundle and no message, or the other way round."""
    try:
        return read(content), ""
    except UserError as error:
        return None, str(error)


@st.composite
def damaged(draw):
    """The file after some accidents."""
    content = bytearray(WHOLE)
    archive = st.integers(len(NETWORK), len(WHOLE) - 1)
    places = st.one_of(archive, st.integers(0, len(WHOLE) - 1))
    for _ in range(draw(st.integers(1, 3))):
        place = min(draw(places), max(0, len(content) - 1))
        accident = draw(st.sampled_from(["flip", "cut", "insert", "remove"]))
        if accident == "flip" and content:
            content[place] ^= draw(st.integers(1, 255))
        elif accident == "cut":
            del content[place:]
        elif accident == "insert":
            content[place:place] = draw(st.binary(min_size=1, max_size=30))
        else:
            del content[place : place + draw(st.integers(1, 30))]
    return bytes(content)


SETTINGS = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SETTINGS
@given(damaged())
def test_damage_is_found_or_does_not_matter(read, content):
    bundle, message = attempt(read, content)
    assert bundle in (read(WHOLE), None)
    assert "\n" not in message


def test_every_single_byte(read):
    expected = read(WHOLE)
    for place in range(len(NETWORK) - 10, len(WHOLE)):
        content = bytearray(WHOLE)
        content[place] ^= 1 << place % 8
        bundle, message = attempt(read, content)
        assert bundle in (expected, None)
        assert "\n" not in message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["int8", "", "../x", "vocabulary.txt"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@SETTINGS
@given(
    st.sampled_from([*manifest(), "labels"]),
    JSON,
    st.sampled_from([(), ("preprocessor",), ("preprocessor", "tokenizer")]),
    st.sampled_from(["max_length", "tokenizer", "vocabulary", "more"]),
)
def test_any_value_anywhere(read, name, value, within, inner):
    values = manifest()
    place = values
    for key in within:
        place = place[key]
    place[inner if within else name] = value
    bundle, message = attempt(read, pack(members(values)))
    assert "\n" not in message
    if bundle is None:
        return
    assert isinstance(bundle.model, str)
    assert isinstance(bundle.settings, dict)
    assert AlbertConfig.from_dict(bundle.config)
    assert bundle.vocabulary == VOCABULARY
    assert 3 <= bundle.preprocessor["max_length"] <= 64
