r"""What our weights reach on each task, beside what has no transformer.

python benchmarks/tasks.py wnut17 --data FOLDER

Trains as the command line does, on a data set as it is published, exports, and
writes `benchmarks/results/tasks/wnut17.json`: command, seed, seconds, commit
and figures, of Keras and of the int8 file. `tasks_table.py` prints these files
as a table. The model stays in `build/tasks/wnut17`, where one run may start
from what another has learned.
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from task_splits import SPLITS

import export
from albert_tf.models import load_model
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "tasks"
MODELS = HERE.parent / "build" / "tasks"


@dataclasses.dataclass(frozen=True)
class Run:
    """How a data set is learned.

    Attributes:
        task: its name.
        folder: of the data; None if `task_splits.py` makes the files.
        train: what to train on, in the folder; None for what the task says.
        dev: what chooses the epoch.
        test: what is scored; None for `dev`.
        model: where it starts.
        after: the run whose model it starts from instead.
        options: of `finetune`, besides `--recipe small`.
    """

    task: str
    folder: str | None = None
    train: str | None = None
    dev: str | None = None
    test: str | None = None
    model: str = "albert_mini_en"
    after: str | None = None
    options: tuple[str, ...] = ()


# Measured when the weights still came with dropout.
DROPOUT = ("--dropout", "0.1")
RUNS = {
    "sst2": Run("glue/sst2", "sst2", options=DROPOUT),
    "cola": Run("glue/cola", "cola", options=DROPOUT),
    "rte": Run("glue/rte", "rte", options=DROPOUT),
    "stsb": Run("glue/stsb", "stsb", options=DROPOUT),
    "banking77": Run("classification", options=DROPOUT),
    "clinc150": Run("classification", options=DROPOUT),
    "wnut17": Run(
        "tagging", "wnut17", "train.conll", "dev.conll", "test.conll"
    ),
    "snips_intents_slots": Run(
        "intent-slots", "snips", "train", "valid", "test"
    ),
    "squadshifts_xquad": Run("question-answering", options=DROPOUT),
    # Five articles are too few to learn from alone what an answer is.
    "squad2_part": Run(
        "question-answering",
        after="squadshifts_xquad",
        options=("--epochs", "2", *DROPOUT),
    ),
    "ewt_srl": Run("srl", "ewt_srl", "train.txt.gz", "dev.txt.gz"),
    # The small one: each question is three sequences of a whole dialogue.
    "dream": Run(
        "multiple-choice",
        "dream",
        "train.json.gz",
        "dev.json",
        model="albert_nano_en",
    ),
    "chnsenticorp_htl": Run(
        "classification",
        model="albert_mini_zh",
        options=("--epochs", "2", *DROPOUT),
    ),
    "cluener": Run(
        "tagging",
        "cluener",
        "train.json.gz",
        "dev.json",
        model="albert_mini_zh",
        options=("--epochs", "4", *DROPOUT),
    ),
    # Its training set is not at hand: the two others change places.
    "cmrc2018": Run(
        "question-answering",
        "cmrc2018",
        "dev.json.gz",
        "trial.json.gz",
        model="albert_mini_zh",
        options=("--epochs", "2", *DROPOUT),
    ),
}
# Of these many the float32 file must answer as Keras does.
SAME = 500


def measure(name: str, data: Path, seed: int) -> dict:
    """Trains and scores; what `results/NAME.json` holds."""
    run = RUNS[name]
    task_class = find_task(run.task)
    with tempfile.TemporaryDirectory() as folder:
        train, dev, test = parts(name, data, Path(folder))
        output = MODELS / name
        arguments = ["--task", run.task, "--train", str(train)]
        arguments += ["--dev", str(dev), "--model", start(run)]
        arguments += ["--output", str(output), "--overwrite"]
        arguments += ["--recipe", "small", *run.options, "--seed", str(seed)]
        begin = time.perf_counter()
        finetune(arguments)
        seconds = time.perf_counter() - begin
        examples, train_examples = (
            task_class.read(path) for path in (test, train)
        )
        task = task_class.of_examples(train_examples)
        return {
            "task": task.name,
            "command": shown(name, run),
            "seed": seed,
            "seconds": round(seconds),
            "commit": commit(),
            "figure": task.figure,
            "figures": score(output, task_class, examples),
            "files": of_files(output, task, examples, Path(folder)),
            "baseline": {
                "name": task.baseline_name,
                "value": task.baseline(train_examples, examples),
            },
        }


def parts(name: str, data: Path, made: Path) -> list[Path]:
    """The files to train on, to choose the epoch by, and to score."""
    run = RUNS[name]
    if run.folder is None:
        return SPLITS[name](data, made)
    folder = data / run.folder
    if run.train is None:
        train, (dev, *_) = find_task(run.task).files(folder)
        return [train, dev, dev]
    return [folder / file for file in (run.train, run.dev, run.test or run.dev)]


def start(run: Run) -> str:
    """What `finetune` starts from."""
    if run.after is None:
        return run.model
    model = MODELS / run.after
    if not model.exists():
        sys.exit(f"{model}: is missing; run {run.after} first")
    return str(model)


def finetune(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "albert_tf.cli", "finetune", *arguments]
    subprocess.run(command, check=True)


def score(model: Path, task_class, examples) -> dict[str, float]:
    """The figures of a model, batch after batch."""
    predictor = Predictor.of_model(load_model(model), task_class=task_class)
    task = predictor.task
    return task.score(predictor.answers(examples), examples).figures


def of_files(output: Path, task, examples, folder: Path) -> dict[str, float]:
    """Whether the file answers as Keras does, and what int8 scores.

    A file of classes does not know that they are those of CoLA: its answers
    are scored by the task that was learned.
    """
    model = load_model(output)
    exact, small = (folder / f"{kind}.tflite" for kind in ("exact", "small"))
    export.to_tflite(model, exact, quantization="float32")
    export.to_tflite(model, small, quantization="int8")
    same = export.verify(model, exact, examples[:SAME])
    found = task.score(export.load(small).answers(examples), examples)
    return {
        "float32_examples": same.examples,
        "float32_agreement": same.agreement,
        "int8_score": found.figures[task.figure],
        "int8_bytes": small.stat().st_size,
    }


def shown(name: str, run: Run) -> str:
    """The command as a reader would give it."""
    if run.folder is None:
        return f"python benchmarks/tasks.py {name} --data FOLDER"
    files = f"--data {run.folder}"
    if run.train is not None:
        folder = Path(run.folder)
        files = f"--train {folder / run.train} --dev {folder / run.dev}"
    start = "" if run.model == "albert_mini_en" else f" --model {run.model}"
    options = " ".join(("--recipe small", *run.options))
    return f"albert-tf finetune --task {run.task} {files} {options}{start}"


def commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=RUNS)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the data sets"
    )
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    result = measure(arguments.name, arguments.data, arguments.seed)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False)
    (RESULTS / f"{arguments.name}.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
