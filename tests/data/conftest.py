import gzip

import pytest

from albert_tf.data.readers import read_examples
from albert_tf.errors import UserError


@pytest.fixture
def write(tmp_path):
    """Writes a file, compressed if its name says so; its path."""

    def write(name, content=b"text\n"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        return path

    return write


@pytest.fixture
def error_of():
    """Reads examples that have a mistake; the one line that tells it."""

    def error_of(*args, **kwargs):
        with pytest.raises(UserError) as caught:
            read_examples(*args, **kwargs)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return error_of
