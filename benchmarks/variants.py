r"""What the variants of docs/variants.md are worth, beside the plain model.

python benchmarks/variants.py CORPUS --data FOLDER

Pre-trains `albert_micro`, plain and with each variant, for as many tokens of
CORPUS, a directory of `albert-tf prepare`, with three seeds. Measures, in
percent: masked words that are right, of text held out; Spearman's correlation
of sentence vectors on STS-B, not trained on it; accuracy on SST-2 after one
pass over 10,000 of its sentences. Writes `benchmarks/results/variants.json`;
what is there is not measured again. `variants_table.py` prints it as a table.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tasks import commit

from albert_tf import AlbertEmbedder
from albert_tf.data.readers import read_examples
from albert_tf.evaluation.sts import sts_spearman
from albert_tf.tasks.classification import Classification
from albert_tf.tasks.regression import Regression
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions

HERE = Path(__file__).parent
RESULT = HERE / "results" / "variants.json"
# Fields of the configuration, or of the options.
PLAIN = {"shared_norms": False}
VARIANTS = {
    "plain": {},
    "cross_layer_attention": {"cross_layer_attention": True},
    "soft_segments": {"soft_segments": True},
    "layer_adapters": {"layer_adapters": 8},
    "num_parallel_encoders": {"num_parallel_encoders": 2},
    "loss_layers": {"loss_layers": [2, 4]},
    "aligned_weight": {"aligned_weight": 0.5},
}
OPTIONS = ("loss_layers", "aligned_weight")
SENTENCES = 10_000


def measure(name, corpus: Path, data: Path, steps: int, seed: int) -> dict:
    """One pre-training and what it is worth."""
    given = VARIANTS[name]
    options = {k: v for k, v in given.items() if k in OPTIONS}
    changes = PLAIN | {k: v for k, v in given.items() if k not in OPTIONS}
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        result = pretrain(
            "albert_micro",
            corpus,
            Path(folder) / "run",
            PretrainOptions(
                steps=steps,
                optimizer="muon",
                learning_rate=0.002,
                evaluate_every=steps,
                checkpoint_every=steps,
                seed=seed,
                **options,
            ),
            changes,
        )
        seconds = time.perf_counter() - begin
        return {
            "parameters": result.model.encoder.count_params(),
            "seconds": round(seconds),
            "steps": steps,
            "commit": commit(),
            "masked_lm": held_out(Path(folder) / "run" / "log.jsonl"),
            "stsb": spearman(result.saved, data / "stsb" / "dev.tsv"),
            "sst2": sst2(result.saved, data / "sst2", Path(folder), seed),
        }


def held_out(log: Path) -> float:
    """The share of masked words of text held out that are right."""
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    return [x for x in rows if "masked_lm_accuracy" in x][-1][
        "masked_lm_accuracy"
    ]


def spearman(model: Path, file: Path) -> float:
    embedder = AlbertEmbedder.from_preset(model)
    return sts_spearman(embedder.embed, Regression().read(file))


def sst2(model: Path, data: Path, folder: Path, seed: int) -> float:
    everything = read_examples(data / "train.tsv.gz")
    chosen = np.random.default_rng(seed).permutation(len(everything))
    train = [everything[k] for k in chosen[:SENTENCES]]
    found = finetune(
        model,
        train,
        read_examples(data / "dev.tsv"),
        folder / "sst2",
        FinetuneOptions(
            epochs=1, learning_rate=2e-4, seed=seed, pooling="mean"
        ),
        Classification.of_examples(train),
    )
    return found.score.figures["accuracy"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SEED"))
    arguments = parser.parse_args()
    if arguments.one:
        name, seed = arguments.one
        found = measure(
            name, arguments.corpus, arguments.data, arguments.steps, int(seed)
        )
        print(json.dumps(found))
        return
    results = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for seed in map(str, range(arguments.seeds)):
        for name in VARIANTS:
            if seed in results.setdefault(name, {}):
                continue
            # A process each, so that none is slowed by those before it.
            command = [sys.executable, __file__, arguments.corpus]
            command += ["--data", arguments.data, "--one", name, seed]
            command += ["--steps", str(arguments.steps)]
            run = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            results[name][seed] = json.loads(run.stdout.splitlines()[-1])
            RESULT.write_text(json.dumps(results, indent=2) + "\n")
            print(name, seed, results[name][seed], flush=True)


if __name__ == "__main__":
    main()
