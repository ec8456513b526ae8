"""Pre-trains in a process of its own.

Usage: pretrain_case.py STRATEGY CORPUS OUTPUT JSON-OPTIONS [WORKERS WORKER]
"""

import json
import sys
from pathlib import Path

from cpu_devices import strategy

from albert_tf.data.masking import MaskingOptions
from albert_tf.errors import UserError
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions


def main(name, corpus, output, options, *workers):
    values = {
        "steps": 8,
        "batch_size": 8,
        "log_every": 1,
        **json.loads(options),
    }
    changes = values.pop("changes", {})
    masking = values.pop("masking", None)
    masking = masking and MaskingOptions(**masking)
    source = values.pop("source", "albert_pico")
    try:
        result = pretrain(
            source,
            corpus,
            Path(output),
            PretrainOptions(**values, masking=masking),
            changes=changes,
            strategy=strategy(name, workers),
        )
    except UserError as error:
        sys.exit(str(error))
    print(json.dumps({"step": result.step, "dev": result.dev}))


main(*sys.argv[1:])
