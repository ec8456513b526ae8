"""One runtime, measured from without: see `peers.py`.

Reads "load LENGTH" and "run LENGTH" from the standard input and answers each
with a line of JSON. All run on one thread, so that the time of the processor
is that of the clock on a machine that does nothing else.
"""

import json
import re
import sys
import time
from pathlib import Path

from peers_prepared import inputs


def private_megabytes() -> float:
    """Memory that is this process's alone."""
    text = Path("/proc/self/smaps_rollup").read_text()
    found = re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", text)
    return sum(map(int, found)) / 1e3


def tflite(path: Path):
    """The Interpreter, the length changed where another comes."""
    import ai_edge_litert.interpreter as runtime

    def load():
        interpreter = runtime.Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
        run = interpreter.get_signature_runner()
        return lambda features: run(**features)["logits"]

    return load


def compiled(path: Path):
    """CompiledModel, which packs the matrices of each signature apart."""
    return _compiled(path, "")


def first_start(path: Path):
    """The same, where packed matrices are kept in a file."""
    cache = path.with_name(f"{path.name}_cache")
    cache.unlink(missing_ok=True)
    return _compiled(path, str(cache))


def second_start(path: Path):
    """The same, where that file is there."""
    return _compiled(path, str(path.with_name(f"{path.name}_cache")))


def _compiled(path: Path, cache: str):
    from ai_edge_litert import compiled_model as runtime

    def load():
        options = runtime.Options(
            hardware_accelerators=runtime.HardwareAccelerator.CPU,
            cpu_options=runtime.CpuOptions(
                num_threads=1, xnnpack_weight_cache_path=cache
            ),
        )
        model = runtime.CompiledModel.from_file(str(path), options=options)

        def run(features):
            name = f"length_{features['token_ids'].shape[1]}"
            given = {}
            for key, array in features.items():
                given[key] = model.create_input_buffer_by_name(name, key)
                given[key].write(array)
            logits = model.create_output_buffer_by_name(name, "logits")
            model.run_by_name(name, given, {"logits": logits})
            return logits

        return run

    return load


def onnxruntime(path: Path):
    """One thread."""
    import onnxruntime as runtime

    def load():
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = runtime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        return lambda features: session.run(None, features)

    return load


def openvino(path: Path):
    """One thread, one stream."""
    import openvino as runtime

    def load():
        core = runtime.Core()
        hints = {
            "INFERENCE_NUM_THREADS": 1,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
        }
        model = core.compile_model(str(path / "model.xml"), "CPU", hints)
        return lambda features: model(features)

    return load


# Of each peer its file or directory, and how it runs.
RUNTIMES = {
    "albert_tf": ("albert_tf", tflite),
    "onnxruntime": ("onnxruntime", onnxruntime),
    "openvino": ("openvino", openvino),
    "stock": ("stock", tflite),
    "albert_tf_lengths": ("albert_tf_lengths", compiled),
    "albert_tf_lengths_first": ("albert_tf_lengths", first_start),
    "albert_tf_lengths_second": ("albert_tf_lengths", second_start),
    "stock_lengths": ("stock_lengths", compiled),
    "stock_lengths_first": ("stock_lengths", first_start),
    "stock_lengths_second": ("stock_lengths", second_start),
}


def main():
    name, folder = sys.argv[1:]
    file, runtime = RUNTIMES[name]
    load = runtime(Path(folder, file))
    imported = private_megabytes()
    run = None
    for line in sys.stdin:
        command, length = line.split()
        features = inputs(int(length))
        if run is not None:
            run(features)  # the length, or what others left in the caches
        start = time.process_time()
        if command == "load":
            run = load()
        run(features)
        answer = {"seconds": time.process_time() - start}
        if command == "load":
            answer = {
                "first_answer_ms": round(1e3 * answer["seconds"], 1),
                "memory_mb": round(private_megabytes() - imported, 1),
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
