r"""Multi30k from English to German, from trained and from random weights.

python benchmarks/translation.py --data FOLDER

FOLDER has `train`, `val` and `test_2016_flickr`, each as `.en.gz` and `.de.gz`.
Trains as the command line does, from `albert_nano_en` and from random weights
of the same size, and translates word by word; writes
`benchmarks/results/translation.json`: for each the command, seed, seconds,
commit, BLEU and chrF of the test set. The models stay in `build/translation`;
what was interrupted goes on where it was, and what is trained already is scored
alone.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import keras
from tasks import commit

from albert_tf.checkpoints import read_checkpoint
from albert_tf.config import AlbertConfig
from albert_tf.evaluation.word_by_word import WordByWord
from albert_tf.models import AlbertEncoder, heads, load_model
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.translation import Translated, Translation

HERE = Path(__file__).parent
RESULT = HERE / "results" / "translation.json"
BUILD = HERE.parent / "build" / "translation"
OPTIONS = (
    *("--epochs", "10", "--batch-size", "64", "--learning-rate", "5e-4"),
    *("--label-smoothing", "0.1", "--warmup-share", "0.1"),
)


def random_weights(seed: int) -> Path:
    """A source with the sizes and the vocabulary of `albert_nano_en`."""
    place = BUILD / "random_source"
    if not place.exists():
        keras.utils.set_random_seed(seed)
        model = AlbertEncoder(
            AlbertConfig.from_preset("albert_nano_en"), pooler=False
        )
        model.save_preset(place)
        source = read_checkpoint("albert_nano_en", heads())
        source.get_preprocessor().save(place)
    return place


def train(name: str, source: str, data: Path, seed: int) -> dict:
    """Trains unless it is done; the command and how long it took."""
    output = BUILD / name
    arguments = ["--task", "translation", "--model", source, *OPTIONS]
    arguments += ["--seed", str(seed)]
    seconds = None
    if not output.exists():
        begin = time.perf_counter()
        command = [sys.executable, "-m", "albert_tf.cli", "finetune"]
        command += [*arguments, "--data", str(data), "--output", str(output)]
        subprocess.run([*command, "--resume"], check=True)
        seconds = round(time.perf_counter() - begin)
    shown = " ".join(arguments).replace(str(BUILD), "build/translation")
    return {
        "command": f"albert-tf finetune {shown} --data multi30k",
        "seed": seed,
        "seconds": seconds,
    }


def figures(translations: list[str], examples) -> dict[str, float]:
    answers = [Translated(text, 0.0) for text in translations]
    # What a task is asked for here does not go by its vocabulary.
    return Translation.score(None, answers, examples).to_dict()


def of_model(name: str, examples) -> dict[str, float]:
    predictor = Predictor.of_model(load_model(BUILD / name))
    found = predictor.answers(examples)
    return figures([one.text for one in found], examples)


def word_by_word(data: Path, examples) -> dict:
    begin = time.perf_counter()
    pairs = Translation.read(data / "train.en.gz")
    words = WordByWord([(one.text, one.label) for one in pairs])
    found = figures([words.translate(one.text) for one in examples], examples)
    return {
        "command": "python benchmarks/translation.py --data multi30k",
        "seed": None,
        "seconds": round(time.perf_counter() - begin),
        **found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--only", choices=("word_by_word", "trained", "random"), action="append"
    )
    arguments = parser.parse_args()
    names = arguments.only or ("word_by_word", "trained", "random")
    examples = Translation.read(arguments.data / "test_2016_flickr.en.gz")
    results = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for name in names:
        if name == "word_by_word":
            found = word_by_word(arguments.data, examples)
        else:
            source = (
                "albert_nano_en"
                if name == "trained"
                else str(random_weights(arguments.seed))
            )
            found = train(name, source, arguments.data, arguments.seed)
            found.update(of_model(name, examples))
        before = results.get(name, {})
        if found["seconds"] is None:  # it was trained before
            found["seconds"] = before.get("seconds")
        results[name] = {**found, "commit": commit()}
        RESULT.write_text(json.dumps(results, indent=2) + "\n")
        print(name, json.dumps(results[name]))


if __name__ == "__main__":
    main()
