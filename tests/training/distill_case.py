"""Distils in a process of its own.

Usage: distill_case.py STRATEGY DIRECTORY OUTPUT JSON-OPTIONS

The directory is made by `write_models` of test_distill.py.
"""

import json
import sys
from pathlib import Path

from cpu_devices import strategy

from albert_tf.checkpoints import read_checkpoint
from albert_tf.errors import UserError
from albert_tf.training.distill import distill
from albert_tf.training.distill_options import DistillOptions


def main(name, directory, output, options):
    directory = Path(directory)
    documents = json.loads((directory / "documents.json").read_text())
    made = strategy(name)  # before anything uses TensorFlow
    try:
        result = distill(
            read_checkpoint(directory / "teacher"),
            read_checkpoint(directory / "student"),
            documents,
            output,
            DistillOptions(**json.loads(options)),
            strategy=made,
        )
    except UserError as error:
        sys.exit(str(error))
    print(json.dumps({"step": result.step, "dev": result.dev}))


main(*sys.argv[1:])
