"""Files to train on, to choose the epoch by and to score, where none are.

Each function takes the folder of all data sets and one to write into, and
gives three paths.
"""

import csv
import functools
import gzip
import json
from pathlib import Path

import pretrained_weights


def of_classes(name: str, data: Path, made: Path) -> list[Path]:
    """Text and label, split as `pretrained_weights.py` does."""
    splits = pretrained_weights.TASKS[name](data / name)
    return [
        _write_classes(examples, made / f"{part}.csv")
        for part, examples in zip(("train", "dev", "test"), splits, strict=True)
    ]


def _write_classes(examples, path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label"))
        rows.writerows((example.text, example.label) for example in examples)
    return path


def squadshifts_xquad(data: Path, made: Path) -> list[Path]:
    """Learns from SquadShifts, in place of SQuAD 1.1's training set."""
    names = ("amazon_reviews_v1.0.json.gz", "new_wiki_v1.0.json.gz")
    articles = [a for n in names for a in _articles(data / "squadshifts" / n)]
    train = _write_squad(articles, made / "train.json")
    dev = data / "xquad_en" / "xquad.en.json.gz"
    return [train, dev, dev]


def squad2_part(data: Path, made: Path) -> list[Path]:
    """Learns from five articles of SQuAD 2.0 and scores three."""
    articles = _articles(data / "squad_v2_dev_part/dev-v2.0-part.json.gz")
    train = _write_squad(articles[:5], made / "train.json")
    dev = _write_squad(articles[5:], made / "dev.json")
    return [train, dev, dev]


def _articles(path: Path) -> list[dict]:
    return json.loads(gzip.decompress(path.read_bytes()))["data"]


def _write_squad(articles: list[dict], path: Path) -> Path:
    path.write_text(json.dumps({"version": "v2.0", "data": articles}))
    return path


SPLITS = {
    name: functools.partial(of_classes, name)
    for name in ("banking77", "clinc150", "chnsenticorp_htl")
} | {"squadshifts_xquad": squadshifts_xquad, "squad2_part": squad2_part}
