"""All that leaves Python: TFLite files, SavedModels, their check and use.

Nothing here imports TensorFlow or Keras before it is needed; predicting with
a file never needs them.
"""

import importlib

_HOMES = {
    "BenchmarkReport": "export.benchmark",
    "LatencyReport": "export.latency",
    "Quantization": "export.quantization",
    "TFLiteModel": "export.tflite_model",
    "VerificationError": "export.verification",
    "VerificationReport": "export.verification",
    "benchmark": "export.benchmark",
    "load": "export.tflite_predictor",
    "measure_latencies": "export.latency",
    "refine": "export.refinement",
    "to_android": "export.android_assets",
    "to_saved_model": "export.saved_model",
    "to_tflite": "export.tflite",
    "verify": "export.verification",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Kept, because importing export.benchmark puts the module of the same
    # name here.
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
