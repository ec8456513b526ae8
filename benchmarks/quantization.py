r"""What fewer bits save, and what they cost, with and without refinement.

python benchmarks/quantization.py build/tasks/sst2 sst2/dev.tsv \
    --refine sst2/train.tsv
python benchmarks/quantization.py albert_mini_en stsb/dev.tsv --task similarity

The model is exported with each kind of weights and scored on the examples as
its task scores; with --refine, integers also after refinement on those texts.
Writes `benchmarks/results/quantization/NAME.json`, NAME being the model's:
bytes without and with the vocabulary, score, the share of the answers that
Keras gives too, and the time a text takes as a share of the float32 file's,
timed in turns. `quantization_table.py` prints these files as a table.
"""

import argparse
import json
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

from tasks import commit

import export
from albert_tf.cli.opening import open_model
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor

RESULTS = Path(__file__).parent / "results" / "quantization"
KINDS = {
    "float32": "float32",
    "float16": "float16",
    "int8": "int8",
    "int4, embeddings in int8": export.Quantization(
        embeddings="int8", attention="int4", feed_forward="int4", head="int4"
    ),
    "int4": "int4",
}
REFINED = ("int8", "int4")
TIMED = 100  # examples
TEXTS = 20_000  # to refine with, at most


def network_bytes(path: Path) -> int:
    """The size of what stands before the archive."""
    with zipfile.ZipFile(path) as archive:
        return min(info.header_offset for info in archive.infolist())


def ratios(predictors: dict, examples) -> dict[str, float]:
    """The time an example takes as a share of the float32 file's, median."""
    found = {name: [] for name in predictors}
    for example in examples:
        for name, predictor in predictors.items():
            start = time.perf_counter()
            predictor.answers([example])
            found[name].append(time.perf_counter() - start)
    exact = found["float32"]
    return {
        name: statistics.median(a / b for a, b in zip(mine, exact, strict=True))
        for name, mine in found.items()
    }


def files(model, task_class, texts, steps: int, folder: Path) -> dict:
    """The path of each kind's file."""
    paths = {}
    for kind, quantization in KINDS.items():
        paths[kind] = folder / f"{kind}.tflite"
        export.to_tflite(
            model, paths[kind], quantization, task_class=task_class
        )
    for kind in REFINED if texts else ():
        name = f"{kind}, refined"
        paths[name] = folder / f"{name}.tflite"
        refined = export.refine(
            model, texts, kind, steps, task_class=task_class
        )
        export.to_tflite(refined, paths[name], kind, task_class=task_class)
    return paths


def measure(model, task_class, examples, texts, steps: int) -> dict:
    """What is written of a model."""
    keras_predictor = Predictor.of_model(model, task_class=task_class)
    task = keras_predictor.task
    expected = keras_predictor.answers(examples)
    with tempfile.TemporaryDirectory() as folder:
        paths = files(model, task_class, texts, steps, Path(folder))
        predictors = {name: export.load(path) for name, path in paths.items()}
        times = ratios(predictors, examples[:TIMED])
        rows = {}
        for name, path in paths.items():
            answers = predictors[name].answers(examples)
            same = map(task.same, answers, expected)
            rows[name] = {
                "network_bytes": network_bytes(path),
                "bytes": path.stat().st_size,
                "score": task.score(answers, examples).figures[task.figure],
                "same": sum(same) / len(examples),
                "ratio": times[name],
            }
    return {
        "task": task.name,
        "figure": task.figure,
        "examples": len(examples),
        "keras": task.score(expected, examples).figures[task.figure],
        "files": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model")
    parser.add_argument("examples", type=Path)
    parser.add_argument("--task")
    parser.add_argument("--refine", type=Path, metavar="TEXTS")
    parser.add_argument("--steps", type=int, default=300)
    arguments = parser.parse_args()
    task_class = arguments.task and find_task(arguments.task)
    model = open_model(arguments.model, arguments.task)
    task = Predictor.of_model(model, task_class=task_class).task
    texts = None
    if arguments.refine:
        texts = task.read(arguments.refine, labelled=False)[:TEXTS]
    result = measure(
        model, task_class, task.read(arguments.examples), texts, arguments.steps
    )
    result["steps"] = arguments.steps if texts else 0
    result["commit"] = commit()
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False)
    name = Path(arguments.model).name
    (RESULTS / f"{name}.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
