"""The modules of the page in Node: tokens and answers are Python's."""

import json
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import hostile_texts
import pytest

WEB = Path(__file__).parents[2] / "android_demo" / "web"
CHECKS = WEB / "checks"
STRINGS = 40
sys.path.insert(0, str(CHECKS))


def _node_version():
    node = shutil.which("node")
    if node is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True)
    return int(said.stdout[1:].split(".")[0])


if _node_version() < 20:
    pytest.skip("needs Node 20 or later", allow_module_level=True)


def node(*arguments):
    """What a script says; fails with what it says where it fails."""
    command = ["node", *map(str, arguments)]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def tables():
    node("build_tables.js")


def test_golden_vectors_and_answers():
    files = sorted((WEB / "test").glob("*.test.js"))
    assert "# fail 0" in node("--test", *files)


@pytest.fixture(scope="module")
def web_tokens():
    """The comparison, of the same Unicode version on both sides."""
    import web_tokens

    text = (WEB / "src/unicode/tables.js").read_text(encoding="utf-8")
    version = json.loads(text.split(";")[0].split("= ")[1])
    if unicodedata.unidata_version != version:
        pytest.skip(
            f"this Python has Unicode {unicodedata.unidata_version}, the "
            f"page {version}, as Python 3.11"
        )
    return web_tokens


@pytest.mark.slow
def test_hostile_texts(web_tokens):
    texts = [
        text
        for kind in sorted(hostile_texts.kinds())
        for text in hostile_texts.texts(kind, STRINGS, seed=2)
    ]
    for name, tokenizer in web_tokens.tokenizers().items():
        assert web_tokens.compare(tokenizer, texts) == 0, name
