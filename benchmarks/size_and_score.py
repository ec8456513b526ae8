r"""Sentence vectors: the size of the int8 file against what they are worth.

python benchmarks/size_and_score.py stsb/dev.tsv "BERT, the teacher=hf:bert" \
    albert_mini_en albert_nano_en --picture docs/images/size_and_score.png

Each model, SOURCE or NAME=SOURCE, is exported as `albert-tf export --task
similarity` does; prints its parameters, the size of the file with its
vocabulary, the time a text takes, and Spearman's correlation on the pairs, of
Keras and of the file.
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

import export
from albert_tf import AlbertEmbedder
from albert_tf.evaluation.sts import sts_spearman
from albert_tf.tasks.regression import Regression


def measure(source: str, pairs) -> dict:
    """What the table says of a model."""
    embedder = AlbertEmbedder.from_preset(source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        export.to_tflite(embedder, path, quantization="int8")
        predictor = export.load(path)
        return {
            "parameters": embedder.count_params(),
            "megabytes": path.stat().st_size / 1e6,
            "milliseconds": export.benchmark(
                path, [pair.text for pair in pairs[:200]]
            ).latency_ms,
            "keras": 100 * sts_spearman(embedder.embed, pairs),
            "int8": 100 * sts_spearman(predictor.predict, pairs),
        }


def draw(rows: dict[str, dict], path: Path) -> None:
    """Size and score of each model, as points with their names."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, row in rows.items():
        place = row["megabytes"], row["int8"]
        axes.plot(*place, "o", color="tab:blue")
        axes.annotate(
            name, place, xytext=(6, -4), textcoords="offset points", fontsize=9
        )
    axes.set_xscale("log")
    sizes = [2, 5, 10, 20, 50]
    axes.set_xticks(sizes, labels=map(str, sizes))
    axes.minorticks_off()
    axes.set_xlim(1.8, 100)
    axes.set_xlabel("int8 file with vocabulary, MB")
    axes.set_ylabel("STS-B dev, Spearman")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("pairs", type=Path, help="as of STS-B")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    pairs = Regression().read(arguments.pairs)
    console = Console(highlight=False, width=1000)
    console.print("| model | parameters | int8 MB | ms | STS-B | int8 |")
    console.print("| --- | ---: | ---: | ---: | ---: | ---: |")
    rows = {}
    for argument in arguments.models:
        name, _, source = argument.rpartition("=")
        row = rows[name or source] = measure(source, pairs)
        console.print(
            f"| {name or source} | {row['parameters']:,} "
            f"| {row['megabytes']:.2f} | {row['milliseconds']:.2f} "
            f"| {row['keras']:.2f} | {row['int8']:.2f} |"
        )
    if arguments.picture:
        draw(rows, arguments.picture)


if __name__ == "__main__":
    main()
