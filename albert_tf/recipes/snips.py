"""SNIPS intents, from text to a verified file for the phone.

What: our small English encoder learns which of seven things a spoken command
asks for; 13,084 sentences to train, 700 to test.
Command: `make demo`, or `albert-tf demo`.
Hardware: 2 CPU cores; about a minute and a half an epoch when they are idle.
Expected: 97.9 % of the test sentences, in Keras and in the int8 file; TF-IDF
with logistic regression has 97.4 %. What is left is mostly titles that could
be a song, a film or a book.
"""

from __future__ import annotations

import dataclasses
import json
import os
from importlib import resources
from pathlib import Path

from rich.console import Console

from albert_tf.data.example import Example
from albert_tf.data.readers import read_examples
from albert_tf.files import new_file
from albert_tf.prediction import Prediction

PRESET = "albert_mini_en"
SENTENCES = (
    "play some jazz from the fifties",
    "will it rain in lisbon tomorrow morning",
    "book a table for four at a sushi bar",
)

NEXT_STEPS = """\
{output}/model.tflite and {output}/confusion_matrix.png are yours. Next:
  albert-tf predict {output}/model.tflite "play some jazz"
  albert-tf evaluate {output}/model your_test.tsv
  albert-tf finetune --train your_train.tsv --dev your_dev.tsv --output my_model
  albert-tf export my_model my_model.tflite --verify your_dev.tsv"""


@dataclasses.dataclass(frozen=True)
class DemoReport:
    """What the demo measured.

    Attributes:
        parameters: distinct weights of the classifier.
        keras_accuracy: share of the test sentences that Keras gets right.
        tflite_accuracy: the same of the file.
        tfidf_accuracy: the same of logistic regression on TF-IDF.
        agreement: share of the test sentences with the same prediction.
        max_logit_difference: largest difference of a logit.
        tflite_bytes: size of the file.
        latency_ms: median time for a test sentence, one thread, with its
            tokenization.
        load_ms: time to load the file and answer once.
        peak_memory_bytes: most memory of a process that predicts, less what
            importing the runtime takes.
        padded_share: share of padding in the training batches.
        predictions: three sentences and what the file says of them.
    """

    parameters: int
    keras_accuracy: float
    tflite_accuracy: float
    tfidf_accuracy: float
    agreement: float
    max_logit_difference: float
    tflite_bytes: int
    latency_ms: float
    load_ms: float
    peak_memory_bytes: int
    padded_share: float
    predictions: dict[str, Prediction]

    def rows(self) -> list[tuple[str, str]]:
        """Names and values of the closing table."""
        return [
            ("parameters", f"{self.parameters:,}"),
            ("test accuracy, Keras", f"{self.keras_accuracy:.2%}"),
            ("test accuracy, TFLite int8", f"{self.tflite_accuracy:.2%}"),
            ("test accuracy, TF-IDF", f"{self.tfidf_accuracy:.2%}"),
            ("same predictions", f"{self.agreement:.2%}"),
            ("largest logit difference", f"{self.max_logit_difference:.3f}"),
            ("file size", f"{self.tflite_bytes / 1e6:.2f} MB"),
            ("time a sentence, one thread", f"{self.latency_ms:.2f} ms"),
            ("load and first answer", f"{self.load_ms:.0f} ms"),
            ("peak memory", f"{self.peak_memory_bytes / 1e6:.1f} MB"),
        ]


def examples(split: str) -> list[Example]:
    """The sentences of "train", "dev" or "test"."""
    data = resources.files("albert_tf.recipes") / "data" / "snips"
    with resources.as_file(data / f"{split}.tsv.gz") as path:
        return read_examples(path)


def run(output: str | os.PathLike, console: Console) -> DemoReport:
    """Trains, exports, verifies, measures and predicts.

    Args:
        output: directory for the model, the file, the picture of the
            confusion matrix and `report.json`; what an earlier run left
            there is replaced.
        console: where to show the progress.

    Returns:
        What was measured.
    """
    import export
    from albert_tf.training.finetune import finetune
    from albert_tf.training.finetune_options import FinetuneOptions

    output = Path(output)
    train, dev, test = (examples(split) for split in ("train", "dev", "test"))
    console.print(
        f"SNIPS intents: {len(train):,} sentences to fine-tune {PRESET}"
    )
    result = finetune(
        PRESET,
        train,
        dev,
        output / "model",
        # Without dropout two of 700 test examples more are wrong.
        FinetuneOptions(epochs=3, learning_rate=1e-4, dropout=0.1),
        console=console,
        overwrite=True,
    )
    file = output / "model.tflite"
    console.print("exporting to int8 and comparing with Keras")
    export.to_tflite(result.model, file, quantization="int8", overwrite=True)
    verified = export.verify(result.model, file, test)
    measured = export.benchmark(file, [example.text for example in test])
    predictor = export.load(file)
    task = predictor.task
    score = task.score(predictor.answers(test), test)
    task.draw(score, output / "confusion_matrix.png")
    report = DemoReport(
        parameters=result.model.count_params(),
        keras_accuracy=verified.keras_score,
        tflite_accuracy=verified.tflite_score,
        tfidf_accuracy=task.baseline(train, test),
        agreement=verified.agreement,
        max_logit_difference=verified.max_difference,
        tflite_bytes=file.stat().st_size,
        latency_ms=measured.latency_ms,
        load_ms=measured.load_ms,
        peak_memory_bytes=measured.peak_memory_bytes,
        padded_share=result.padded_share,
        predictions=dict(
            zip(SENTENCES, predictor.predict(SENTENCES), strict=True)
        ),
    )
    with new_file(output / "report.json", overwrite=True) as path:
        path.write_text(json.dumps(dataclasses.asdict(report), indent=2) + "\n")
    return report
