r"""What our weights reach on each task, beside what has no transformer.

python benchmarks/tasks.py wnut17 --data FOLDER
python benchmarks/tasks.py --table

The first trains as the command line does, on a data set as it is published,
and writes `benchmarks/results/wnut17.json`: command, seed, seconds, commit and
figures. The second prints these files as a table.
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from albert_tf.checkpoints import read_checkpoint
from albert_tf.models import load_model, model_classes
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor

HERE = Path(__file__).parent
RESULTS = HERE / "results"


@dataclasses.dataclass(frozen=True)
class Run:
    """How a data set is learned.

    Attributes:
        task: its name.
        folder: of the data.
        train: what to train on, in the folder; None for what the task says.
        dev: what chooses the epoch.
        test: what is scored; None for `dev`.
        model: where it starts.
        options: of `finetune`.
    """

    task: str
    folder: str
    train: str | None = None
    dev: str | None = None
    test: str | None = None
    model: str = "albert_mini_en"
    options: tuple[str, ...] = ()


def options(**values) -> tuple[str, ...]:
    pairs = [(f"--{k.replace('_', '-')}", str(v)) for k, v in values.items()]
    return tuple(word for pair in pairs for word in pair)


SMALL = options(epochs=4, learning_rate=1e-4, batch_size=16)
RUNS = {
    "sst2": Run("glue/sst2", "sst2", options=options(epochs=1)),
    "cola": Run("glue/cola", "cola", options=SMALL),
    "rte": Run("glue/rte", "rte", options=SMALL),
    "stsb": Run("glue/stsb", "stsb", options=SMALL),
    "wnut17": Run(
        "tagging",
        "wnut17",
        *("train.conll", "dev.conll", "test.conll"),
        options=options(epochs=8, learning_rate=1e-4, batch_size=16),
    ),
    "snips_intents_slots": Run(
        "intent-slots",
        "snips",
        *("train", "valid", "test"),
        options=options(epochs=4, learning_rate=1e-4),
    ),
    "cluener": Run(
        "tagging",
        "cluener",
        *("train.json.gz", "dev.json"),
        model="albert_mini_zh",
        options=options(epochs=4, learning_rate=1e-4),
    ),
    "squadshifts_xquad": Run(
        "qa",
        "",
        "squadshifts/new_wiki_v1.0.json.gz",
        "xquad_en/xquad.en.json.gz",
        options=options(epochs=2, learning_rate=1e-4, max_length=256),
    ),
}


def measure(name: str, data: Path, seed: int) -> dict:
    """Trains and scores; what `results/NAME.json` holds."""
    run = RUNS[name]
    task_class = find_task(run.task)
    train, dev = parts(task_class, run, data)
    test = dev if run.test is None else data / run.folder / run.test
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "model")
        arguments = ["--task", run.task, "--train", str(train)]
        arguments += ["--dev", str(dev), "--output", str(output)]
        arguments += [*run.options, "--seed", str(seed)]
        begin = time.perf_counter()
        finetune([*arguments, "--model", run.model])
        seconds = time.perf_counter() - begin
        examples, train_examples = (
            task_class.read(path) for path in (test, train)
        )
        figures = score(output, task_class, examples)
        task = task_class.of_examples(train_examples)
        result = {
            "task": task.name,
            "command": shown(run),
            "seed": seed,
            "seconds": round(seconds),
            "commit": commit(),
            "figure": task.figure,
            "figures": figures,
        }
        if task.baseline_name:
            result["baseline"] = {
                "name": task.baseline_name,
                "value": task.baseline(train_examples, examples),
            }
        random = Path(folder, "random")
        save_random(run.model, task, random / "start", seed)
        finetune([*arguments, "--model", str(random / "start"), "--overwrite"])
        result["random"] = score(output, task_class, examples)[task.figure]
    return result


def parts(task_class, run: Run, data: Path) -> tuple[Path, Path]:
    """The files to train on and to choose the epoch by."""
    folder = data / run.folder
    if run.train is None:
        train, (dev, *_) = task_class.files(folder)
        return train, dev
    return folder / run.train, folder / run.dev


def finetune(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "albert_tf.cli", "finetune", *arguments]
    subprocess.run(command, check=True)


def score(model: Path, task_class, examples) -> dict[str, float]:
    """The figures of a model, batch after batch."""
    predictor = Predictor.of_model(load_model(model), task_class=task_class)
    task = predictor.task
    return task.score(predictor.answers(examples), examples).figures


def save_random(model: str, task, directory: Path, seed: int) -> None:
    """The same sizes and vocabulary with random weights."""
    import keras

    checkpoint = read_checkpoint(model)
    keras.utils.set_random_seed(seed)
    kind = model_classes()[task.model_name]
    kind(
        checkpoint.config,
        preprocessor=checkpoint.get_preprocessor(),
        **task.settings,
    ).save_preset(directory)


def shown(run: Run) -> str:
    """The command as a reader would give it."""
    files = f"--data {run.folder}"
    if run.train is not None:
        folder = Path(run.folder)
        files = f"--train {folder / run.train} --dev {folder / run.dev}"
    start = "" if run.model == "albert_mini_en" else f" --model {run.model}"
    return (
        f"albert-tf finetune --task {run.task} {files} "
        f"{' '.join(run.options)}{start}"
    )


def commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, check=True
    ).stdout.strip()


def table() -> str:
    """A row for each file of results."""
    lines = [
        "| data | task | figure | ours | random weights | baseline | seconds |",
        "| --- | --- | --- | ---: | ---: | --- | ---: |",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        found = json.loads(path.read_text())
        baseline = found.get("baseline")
        simpler = "-"
        if baseline:
            simpler = f"{baseline['value']:.3f} ({baseline['name']})"
        lines.append(
            f"| {path.stem} | `{found['task']}` | {found['figure']} "
            f"| {found['figures'][found['figure']]:.3f} "
            f"| {found['random']:.3f} | {simpler} | {found['seconds']} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", choices=RUNS)
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if arguments.name is not None:
        result = measure(arguments.name, arguments.data, arguments.seed)
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(result, indent=2, ensure_ascii=False)
        (RESULTS / f"{arguments.name}.json").write_text(text + "\n")
        print(text)
    if arguments.table:
        print(table())


if __name__ == "__main__":
    main()
