"""The app's own benchmark on a JVM, with Python's LiteRT behind its models.

    python android_demo/checks/app_answers.py

After `android_check.py`, which compiles the app. For each model in the assets
the app reads Python's answers, gives its own and compares them, as it does on
a phone; only views and the native library are not those of Android.
"""

import sys

import build_apk
import build_core
import jpype
import kotlin_answers
from android_tools import get_tools

PACKAGE = "io.github.alberttf"


def main():
    """Ends with 1 if an answer or a token is not Python's."""
    tools = get_tools()
    classpath = [
        *build_core.core_classpath(),
        build_apk.OUT / "app.jar",
        tools.android,
    ]
    jpype.startJVM(classpath=[*map(str, classpath)], convertStrings=False)
    models = sorted((build_apk.ASSETS / "models").glob("*.tflite"))
    if not models:
        sys.exit(f"{build_apk.ASSETS}: has no models; make android-assets")
    if not all([compare(path) for path in models]):
        sys.exit(1)


def compare(path):
    """Runs the benchmark of a model; whether all answers are Python's."""
    source = _class("demo.state.ModelSource$Asset")(f"models/{path.name}")
    text = path.with_suffix(".json").read_text("utf-8")
    entry = _class("demo.helper.AnswersFile").INSTANCE.read(text, source)
    model = _open(path, entry)
    benchmark = _benchmark(model, entry)
    benchmark.start()
    state = benchmark.getState()
    if state.getFailure() is not None:
        sys.exit(f"{path}: {state.getFailure()}")
    found = state.getAgreement()
    times = ", ".join(
        f"{row.getTokens()}: {row.getMedian():.1f}" for row in state.getRows()
    )
    print(f"{path.name}: {found}")
    print(f"  median ms by tokens: {times}")
    return (
        found.getSameTokens() == found.getSameAnswers() == found.getExamples()
    )


def _open(path, entry):
    """The app's model, with Python's LiteRT as its runner."""
    predictor = kotlin_answers.KotlinPredictor(path)
    sentences = jpype.java.util.ArrayList(
        [one.getText() for one in entry.getExamples()]
    )
    return _class("demo.helper.AlbertModel")(
        predictor.file,
        predictor.runner,
        entry.getTask(),
        "Python's LiteRT",
        sentences,
    )


def _benchmark(model, entry):
    opener = _proxy("demo.helper.ModelOpener", open=lambda *_: model)
    now = jpype.JProxy(
        "java.util.concurrent.Executor", dict={"execute": lambda it: it.run()}
    )
    host = _class("demo.helper.ModelHost")(opener, now, now)
    memory = jpype.JProxy(
        "kotlin.jvm.functions.Function0",
        dict={"invoke": lambda: jpype.JDouble(0.0)},
    )
    kind = _class("demo.viewmodel.BenchmarkViewModel")
    return kind(host, now, entry, 1, memory)


def _class(name):
    return jpype.JClass(f"{PACKAGE}.{name}")


def _proxy(name, **functions):
    return jpype.JProxy(f"{PACKAGE}.{name}", dict=functions)


if __name__ == "__main__":
    main()
