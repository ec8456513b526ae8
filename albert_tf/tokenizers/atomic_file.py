"""Files that are there whole or not at all."""

import os
import pathlib


def write_atomically(path, data):
    """Writes bytes beside their place and renames them into it.

    Args:
        path: where the file shall be; replaced if it is there.
        data: bytes.
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
