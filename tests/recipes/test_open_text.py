"""Short texts out of published files."""

import gzip
import json

import pytest
import typer.testing

from albert_tf.recipes import open_text


@pytest.fixture
def data(tmp_path):
    """One text or two of each set, as published."""

    def write(name, text):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)

    write(
        "clinc150/data_full.json.gz",
        json.dumps(
            {
                "train": [["what is my balance", "balance"]],
                "oos_train": [["who won", "oos"]],
                "test": [["not to be seen", "balance"]],
            }
        ),
    )
    write(
        "banking77/train.csv",
        'text,category\n"My card, it\nis lost",lost_card\n',
    )
    write("snips/train/seq.in", "play jazz \nrate it 5\n")
    for name in ("amazon_reviews", "new_wiki"):
        paragraph = {"context": f"{name} is.", "qas": [{"question": "Is it?"}]}
        squad = {"data": [{"paragraphs": [paragraph]}]}
        write(f"squadshifts/{name}_v1.0.json.gz", json.dumps(squad))
    return tmp_path / "data"


def test_texts_of_the_training_parts(data, tmp_path):
    app = typer.Typer()
    app.command()(open_text.write)
    argv = [str(data), str(tmp_path / "text")]
    done = typer.testing.CliRunner().invoke(app, argv)
    assert done.exit_code == 0, done.output
    documents = {
        path.stem: path.read_text(encoding="utf-8").strip().split("\n\n")
        for path in (tmp_path / "text").iterdir()
    }
    assert documents == {
        "clinc150": ["what is my balance", "who won"] * 3,
        "banking77": ["My card, it is lost"] * 3,
        "snips": ["play jazz", "rate it 5"] * 3,
        "squadshifts_amazon_reviews": ["amazon_reviews is.", "Is it?"] * 3,
        "squadshifts_new_wiki": ["new_wiki is.", "Is it?"] * 3,
    }
