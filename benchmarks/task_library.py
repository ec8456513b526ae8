r"""Google's ready-made classes on our files: how often they answer as we do.

make clients
python benchmarks/task_library.py MODEL EXAMPLES [--task question-answering]

The model is exported with `compatible="task-library"` and answers the
examples by `export.load`, by MediaPipe and by the TFLite Task Library, each in
an environment that `make clients` makes. Prints the size of the file, and of
the one without `compatible`; for each class how many answers are the same, for
classifiers also how many have the same scores to 1e-4, which means the same
tokens. The answers of a question answerer are compared by their words, as
the Task Library answers with whole ones.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console

import export
from albert_tf.models import load_model
from albert_tf.tasks import find_task

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "benchmarks" / "task_library_client.py"
PYTHONS = {
    "TextClassifier": ROOT / ".venv-mediapipe/bin/python",
    "BertNLClassifier": ROOT / ".venv-task-library/bin/python",
    "BertQuestionAnswerer": ROOT / ".venv-task-library/bin/python",
}
TOLERANCE = 1e-4


def ask(client: str, path: Path, texts: list) -> list:
    """What a class answers, see `task_library_client.py`."""
    done = subprocess.run(
        [PYTHONS[client], CLIENT, client, path],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def same_scores(mine, theirs) -> bool:
    """Whether all labels have the same scores."""
    return mine.scores.keys() == theirs.keys() and all(
        abs(mine.scores[label] - score) <= TOLERANCE
        for label, score in theirs.items()
    )


def whole_words(context: str, span) -> str:
    """The words that an answer is in, as blanks part them."""
    start = context.rfind(" ", 0, span.start + 1) + 1
    end = context.find(" ", span.end)
    return " ".join(context[start : None if end < 0 else end].split(" "))


def compare_classes(path, examples) -> list[tuple[str, int, int | None]]:
    """Name, same answers and same scores of each class."""
    predictor = export.load(path)
    answers = predictor.answers(examples)
    if predictor.task.name == "question_answering":
        texts = [(one.text, one.pair) for one in examples]
        theirs = ask("BertQuestionAnswerer", path, texts)
        same = sum(
            whole_words(one.pair, mine.words) == (found or [""])[0]
            for one, mine, found in zip(examples, answers, theirs, strict=True)
        )
        return [("BertQuestionAnswerer", same, None)]
    rows = []
    for client in ("TextClassifier", "BertNLClassifier"):
        theirs = ask(client, path, [one.text for one in examples])
        pairs = [*zip(answers, theirs, strict=True)]
        same = sum(a.label == max(b, key=b.get) for a, b in pairs)
        rows.append((client, same, sum(same_scores(*pair) for pair in pairs)))
    return rows


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("examples", type=Path)
    parser.add_argument("--task", default="classification")
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    examples = find_task(arguments.task).read(arguments.examples)
    console = Console(highlight=False, width=1000)
    with tempfile.TemporaryDirectory() as folder:
        path, usual = Path(folder, "model.tflite"), Path(folder, "usual.tflite")
        export.to_tflite(model, path, compatible="task-library")
        export.to_tflite(model, usual, "float32")
        console.print(
            f"{path.stat().st_size:,} bytes; {usual.stat().st_size:,} without"
        )
        console.print("| class | texts | same answer | same scores |")
        console.print("| --- | ---: | ---: | ---: |")
        for name, same, scores in compare_classes(path, examples):
            shown = "" if scores is None else f"{scores:,}"
            console.print(
                f"| {name} | {len(examples):,} | {same:,} | {shown} |"
            )


if __name__ == "__main__":
    main()
