r"""PL-BERT, the ALBERT in speech synthesizers, as TFLite files.

python benchmarks/plbert.py FOLDER

The folder has `config.json`, `model.safetensors` with Hugging Face's names and
`reference.npz`, what the original computes of 25 phonemes. Prints for each
kind of weights the size of the file, how far the last hidden state is from the
original's, and the time that phonemes take, beside that of the float32 file,
timed in turns.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

import export
from albert_tf import AlbertEncoder

KINDS = ("float32", "float16", "int8", "int4")
LENGTHS = (32, 128, 512)
ROUNDS = 9


def features_of(token_ids: np.ndarray) -> dict[str, np.ndarray]:
    """One sequence, all of it phonemes."""
    return {
        "token_ids": token_ids.astype("int32"),
        "segment_ids": np.zeros(token_ids.shape, "int32"),
        "padding_mask": np.ones(token_ids.shape, "int32"),
    }


def distance(found: np.ndarray, expected: np.ndarray) -> float:
    """How long the difference is, as a share, in the mean of all phonemes."""
    differences = np.linalg.norm(found - expected, axis=-1)
    return float((differences / np.linalg.norm(expected, axis=-1)).mean())


def milliseconds(runners: dict, features) -> dict[str, list[float]]:
    """How long each takes, in turns."""
    taken = {name: [] for name in runners}
    for _ in range(ROUNDS):
        for name, run in runners.items():
            begin = time.perf_counter()
            run(features)
            taken[name].append(1e3 * (time.perf_counter() - begin))
    return taken


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    reference = np.load(folder / "reference.npz")
    expected = reference["last_hidden_state"]
    encoder = AlbertEncoder.from_preset(f"hf:{folder}")
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as made:
        paths = {kind: Path(made, f"{kind}.tflite") for kind in KINDS}
        for kind, path in paths.items():
            export.to_tflite(encoder, path, quantization=kind)
        runners = {k: export.TFLiteModel(p) for k, p in paths.items()}
        ratios = {kind: [] for kind in KINDS}
        for length in LENGTHS:
            ids = rng.integers(1, encoder.config.vocab_size, (1, length))
            taken = milliseconds(runners, features_of(ids))
            for kind in KINDS:
                pairs = zip(taken[kind], taken["float32"], strict=True)
                ratio = statistics.median(mine / exact for mine, exact in pairs)
                ratios[kind].append(f"{ratio:.2f}")
        lengths = ", ".join(map(str, LENGTHS))
        print(f"| weights | MB | distance | time at {lengths} phonemes |")
        print("| --- | ---: | ---: | --- |")
        for kind, run in runners.items():
            found = run(features_of(reference["input_ids"]))["sequence_output"]
            print(
                f"| {kind} | {paths[kind].stat().st_size / 1e6:.1f} "
                f"| {distance(found, expected):.1e} "
                f"| {', '.join(ratios[kind])} |"
            )


if __name__ == "__main__":
    main()
