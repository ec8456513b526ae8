"""Finding the paragraph that answers a question, beside BM25.

python benchmarks/retrieval.py FOLDER

FOLDER has SquadShifts' `new_wiki_v1.0.json.gz` and
`amazon_reviews_v1.0.json.gz`. For a sample of the questions of each, all its
paragraphs are ranked: by the cosines of sentence vectors, and by BM25 (bm25s,
`pip install 'albert-tf[benchmarks]'`) without English stop words and with
words as they are written. `benchmarks/results/retrieval.json` gets command,
seed, seconds, commit and how often the right paragraph is the first, or among
five.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

import bm25s
import numpy as np
from tasks import commit

from albert_tf import AlbertEmbedder
from albert_tf.data.squad import read_squad
from albert_tf.evaluation.retrieval import evaluate_retrieval
from albert_tf.nearest import nearest, unit

HERE = Path(__file__).parent
RESULT = HERE / "results" / "retrieval.json"
FILES = {
    "wikipedia": "new_wiki_v1.0.json.gz",
    "amazon": "amazon_reviews_v1.0.json.gz",
}
TOP = 5


def by_vectors(embedder, paragraphs, questions) -> np.ndarray:
    """The numbers of the nearest paragraphs, int [Q, TOP]."""
    vectors, queries = map(unit, map(embedder.embed, (paragraphs, questions)))
    return nearest(vectors, queries, TOP)[0]


def by_bm25(paragraphs, questions) -> np.ndarray:
    """The numbers of the paragraphs that BM25 finds, int [Q, TOP]."""

    def words(texts):
        return bm25s.tokenize(texts, stopwords="en", show_progress=False)

    ranking = bm25s.BM25()
    ranking.index(words(paragraphs), show_progress=False)
    found = ranking.retrieve(words(questions), k=TOP, show_progress=False)
    return found.documents


def measure(path: Path, embedder, questions: int, seed: int) -> dict:
    """Both rankings of one file."""
    examples = read_squad(path)
    paragraphs = [*dict.fromkeys(one.pair for one in examples)]
    number_of = {text: number for number, text in enumerate(paragraphs)}
    examples = random.Random(seed).sample([*examples], questions)
    right = [{number_of[one.pair]} for one in examples]
    asked = [one.text for one in examples]
    lost = embedder.preprocessor.encode(paragraphs).num_truncated
    result = {
        "paragraphs": len(paragraphs),
        "questions": len(asked),
        "truncated_paragraphs": int((lost > 0).sum()),
    }
    for name, rank in (
        ("vectors", lambda: by_vectors(embedder, paragraphs, asked)),
        ("bm25", lambda: by_bm25(paragraphs, asked)),
    ):
        begin = time.perf_counter()
        found = rank()
        seconds = time.perf_counter() - begin
        figures = evaluate_retrieval(found, right).figures
        result[name] = {**figures, "seconds": round(seconds, 1)}
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="albert_mini_en")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    options = [one for one in sys.argv[1:] if one != str(arguments.folder)]
    begin = time.perf_counter()
    embedder = AlbertEmbedder.from_preset(arguments.model)
    files = {
        name: measure(
            arguments.folder / file,
            embedder,
            arguments.questions,
            arguments.seed,
        )
        for name, file in FILES.items()
    }
    result = {
        "command": " ".join(
            ["python benchmarks/retrieval.py FOLDER", *options]
        ),
        "model": arguments.model,
        "seed": arguments.seed,
        "seconds": round(time.perf_counter() - begin),
        "commit": commit(),
        "files": files,
    }
    text = json.dumps(result, indent=2)
    arguments.output.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
