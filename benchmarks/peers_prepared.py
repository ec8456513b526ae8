"""One model for many runtimes, each as well prepared as we know how."""

import tempfile
from pathlib import Path

import numpy as np

LENGTHS = (8, 32, 128, 384)
_SAMPLES = 32
_NAMED = ("token_ids", "segment_ids", "padding_mask")


def prepare(folder: Path, names) -> None:
    """Makes what is not there yet.

    Args:
        folder: where a file or directory for each peer comes.
        names: of the peers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in names if not (folder / name).exists()]
    if not missing:
        return
    import keras

    from albert_tf import AlbertClassifier, AlbertConfig

    keras.utils.set_random_seed(0)
    config = AlbertConfig.from_preset("albert_base_v2")
    model = AlbertClassifier(config, labels=["no", "yes"])
    for name in missing:
        with tempfile.TemporaryDirectory(dir=folder) as new:
            made = Path(new, name)
            _MAKERS[name](model, made)
            made.rename(folder / name)


def inputs(length: int) -> dict[str, np.ndarray]:
    """A sequence without padding, int32 [1, L]."""
    rng = np.random.default_rng(length)
    ids = rng.integers(5, 30000, (1, length), dtype="int32")
    zeros = np.zeros_like(ids)
    return dict(zip(_NAMED, (ids, zeros, zeros + 1), strict=True))


def _ours(model, path: Path) -> None:
    import export

    export.to_tflite(model, path, "int8")


def _ours_lengths(model, path: Path) -> None:
    import export

    export.to_tflite(model, path, "int8", lengths=LENGTHS)


def _stock(model, path: Path) -> None:
    """As Keras itself writes it, layer after layer, in 8 bits."""
    path.write_bytes(_convert({"serving_default": _unrolled(model, None)}))


def _stock_lengths(model, path: Path) -> None:
    """The same for fixed lengths, which the weight cache asks for."""
    path.write_bytes(
        _convert({f"length_{n}": _unrolled(model, n) for n in LENGTHS})
    )


def _convert(signatures) -> bytes:
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as directory:
        module = tf.Module()
        module.functions = signatures
        tf.saved_model.save(module, directory, signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(directory)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return converter.convert()


def _unrolled(model, length):
    """The network as a function of constants, its layers written out."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    signature = [tf.TensorSpec((1, length), tf.int32, n) for n in _NAMED]

    @tf.function(input_signature=signature)
    def run(*arrays):
        return model(dict(zip(_NAMED, arrays, strict=True)))["logits"]

    frozen = convert_variables_to_constants_v2(run.get_concrete_function())

    @tf.function(input_signature=signature)
    def named(*arrays):
        return {"logits": frozen(*arrays)[0]}

    return named


def _onnx(model, path: Path) -> None:
    """Constants folded and operators fused first: else floats stay floats."""
    import onnxruntime
    import tensorflow as tf
    import tf2onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    signature = [tf.TensorSpec((1, None), tf.int32, n) for n in _NAMED]
    with tempfile.TemporaryDirectory() as directory:
        plain, folded = Path(directory, "plain"), Path(directory, "folded")
        tf2onnx.convert.from_function(
            _unrolled(model, None), signature, opset=17, output_path=plain
        )
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(folded)
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        )
        onnxruntime.InferenceSession(
            plain, options, providers=["CPUExecutionProvider"]
        )
        quantize_dynamic(folded, path, weight_type=QuantType.QInt8)


def _openvino(model, path: Path) -> None:
    """Static int8, calibrated on sequences of many lengths."""
    import nncf
    import openvino

    with tempfile.TemporaryDirectory() as directory:
        import tensorflow as tf

        module = tf.Module()
        module.run = _unrolled(model, None)
        tf.saved_model.save(module, directory, {"serving_default": module.run})
        network = openvino.convert_model(directory)
    lengths = np.linspace(LENGTHS[0], LENGTHS[-1], _SAMPLES).astype(int)
    samples = [inputs(int(length)) for length in lengths]
    network = nncf.quantize(
        network,
        nncf.Dataset(samples),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=_SAMPLES,
    )
    path.mkdir()
    openvino.save_model(network, path / "model.xml")


_MAKERS = {
    "albert_tf": _ours,
    "albert_tf_lengths": _ours_lengths,
    "onnxruntime": _onnx,
    "openvino": _openvino,
    "stock": _stock,
    "stock_lengths": _stock_lengths,
}
