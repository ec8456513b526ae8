r"""Sentence vectors: what fewer bits save and what they cost.

python benchmarks/quantization.py albert_mini_en stsb/dev.tsv

The model is exported with each kind of weights; prints the size of the file
without and with its vocabulary, Spearman's correlation on the pairs, and the
time a text takes, as a share of the float32 file's, timed in turns.
"""

import argparse
import os
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

from rich.console import Console

import export
from albert_tf import AlbertEmbedder
from albert_tf.evaluation.sts import sts_spearman
from albert_tf.tasks.regression import Regression

KINDS = {
    "float32": "float32",
    "float16": "float16",
    "int8": "int8",
    "int4, embeddings in int8": export.Quantization(
        embeddings="int8", attention="int4", feed_forward="int4", head="int4"
    ),
    "int4": "int4",
}


def network_bytes(path: Path) -> int:
    """The size of what stands before the archive."""
    with zipfile.ZipFile(path) as archive:
        return min(info.header_offset for info in archive.infolist())


def times(predictors: dict, texts) -> dict[str, list[float]]:
    """Milliseconds for each text, the files in turns."""
    found = {name: [] for name in predictors}
    for text in texts:
        for name, predictor in predictors.items():
            start = time.perf_counter()
            predictor.predict([text])
            found[name].append(1e3 * (time.perf_counter() - start))
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("pairs", type=Path, help="as of STS-B")
    arguments = parser.parse_args()
    pairs = Regression().read(arguments.pairs)
    embedder = AlbertEmbedder.from_preset(arguments.model)
    console = Console(highlight=False, width=1000)
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder, f"{name}.tflite") for name in KINDS}
        for name, path in paths.items():
            export.to_tflite(embedder, path, KINDS[name])
        predictors = {n: export.load(path) for n, path in paths.items()}
        taken = times(predictors, [pair.text for pair in pairs[:200]])
        console.print("| weights | MB | with vocabulary | STS-B | ms | ratio |")
        console.print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for name, path in paths.items():
            ratios = [
                mine / exact
                for mine, exact in zip(
                    taken[name], taken["float32"], strict=True
                )
            ]
            score = 100 * sts_spearman(predictors[name].predict, pairs)
            console.print(
                f"| {name} | {network_bytes(path) / 1e6:.2f} "
                f"| {os.path.getsize(path) / 1e6:.2f} | {score:.2f} "
                f"| {statistics.median(taken[name]):.2f} "
                f"| {statistics.median(ratios):.2f} |"
            )


if __name__ == "__main__":
    main()
