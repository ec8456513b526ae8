r"""What a small model reaches with and without a teacher.

python benchmarks/task_distillation.py sst2 --data FOLDER --teacher MODEL

Trains twice, with the same seed and options, on a data set of `tasks.py`, and
writes `benchmarks/results/task_distillation/sst2.json`: command, seed, seconds,
commit, the scores of both and of the teacher, the sizes of their int8 files and
how long these take. `task_distillation_table.py` prints these files as a table.
With `--labelled 500` only so many examples keep their labels; the rest are
texts of which the teacher alone says something.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from pathlib import Path

from tasks import RUNS, commit, parts, score

import export
from albert_tf.models import load_model
from albert_tf.recipes import small
from albert_tf.tasks import find_task
from albert_tf.training.finetune import finetune
from albert_tf.training.teacher_options import TeacherOptions

RESULTS = Path(__file__).parent / "results" / "task_distillation"
LENGTH = 64  # tokens of a sequence whose time is measured


def measure(name: str, arguments: argparse.Namespace) -> dict:
    """Trains and scores; what `results/NAME.json` holds."""
    task_class = find_task(RUNS[name].task)
    teacher = TeacherOptions(
        arguments.teacher, arguments.weight, arguments.temperature
    )
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        train, dev, test = (
            task_class.read(path)[: arguments.most]
            for path in parts(name, arguments.data, folder)
        )
        task = task_class.of_examples(train)
        labelled = train[: arguments.labelled]
        options = dataclasses.replace(
            small.options(task.name, len(train)),
            seed=arguments.seed,
            **({"epochs": arguments.epochs} if arguments.epochs else {}),
        )
        found = {"teacher": {"model": arguments.teacher}}
        sources = {"teacher": arguments.teacher}
        for kind, more in (
            ("alone", {}),
            (
                "taught",
                {"teacher": teacher, "unlabelled": train[len(labelled) :]},
            ),
        ):
            begin = time.perf_counter()
            sources[kind] = folder / kind
            finetune(
                arguments.model,
                labelled,
                dev,
                sources[kind],
                options,
                task,
                **more,
            )
            seconds = round(time.perf_counter() - begin)
            found[kind] = {"model": arguments.model, "seconds": seconds}
        for kind, source in sources.items():
            figures = score(source, task_class, test)
            found[kind]["score"] = figures[task.figure]
        for kind, report in files(sources, folder).items():
            found[kind]["int8_bytes"] = report.file_bytes
            found[kind]["milliseconds"] = report.median_ms[LENGTH]
    return {
        "task": task.name,
        "figure": task.figure,
        "command": " ".join(
            "FOLDER" if argument == str(arguments.data) else argument
            for argument in (
                "python benchmarks/task_distillation.py",
                *sys.argv[1:],
            )
        ),
        "seed": arguments.seed,
        "commit": commit(),
        "examples": {"labelled": len(labelled), "all": len(train)},
        "options": dataclasses.asdict(options),
        "teaching": dataclasses.asdict(teacher),
        **found,
    }


def files(sources: dict, folder: Path) -> dict:
    """How large and fast the int8 files of some models are, by name."""
    paths = {}
    for name, source in sources.items():
        paths[name] = folder / f"{name}.tflite"
        export.to_tflite(load_model(source), paths[name], quantization="int8")
    reports = export.measure_latencies([*paths.values()], [LENGTH])
    return dict(zip(paths, reports, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=RUNS)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the data sets"
    )
    parser.add_argument(
        "--teacher", required=True, help="a model fine-tuned for the task"
    )
    parser.add_argument("--model", default="albert_nano_en", help="the student")
    parser.add_argument("--weight", type=float, default=0.5)
    parser.add_argument("--temperature", type=float, default=2.0)
    parser.add_argument("--labelled", type=int, help="examples with labels")
    parser.add_argument("--most", type=int, help="examples of each file")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    result = measure(arguments.name, arguments)
    arguments.results.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False)
    (arguments.results / f"{arguments.name}.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
