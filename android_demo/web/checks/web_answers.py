"""Compares answers of the page in Chromium with Python's.

    python android_demo/web/checks/web_answers.py MODEL.tflite=EXAMPLES ...

Files of fixed lengths, each with labelled examples as `finetune --dev` reads
them. Needs `node android_demo/web/build.js`, a Chromium and `pip install
playwright`. Prints a line for each file, and ends with 1 if an answer is
another one, or a probability differs by more than the tolerance: small for
files in float32, large for int8, where runtimes round activations otherwise.
"""

import argparse
import pathlib
import statistics
import sys
import time

import web_page

sys.path.insert(0, str(web_page.WEB.parent / "checks"))

import kotlin_places  # noqa: E402

import export  # noqa: E402


def main():
    """Compares and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", help="MODEL.tflite=EXAMPLES")
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()
    wrong = 0
    with web_page.server() as address, web_page.browser() as browser:
        page = browser.new_page(service_workers="block")
        page.goto(address)
        for pair in arguments.files:
            file, data = map(pathlib.Path, pair.split("="))
            examples = export.load(file).task.read(data)[: arguments.examples]
            found = compare(page, file, examples)
            wrong += found["different"]
            wrong += found["largest gap of scores"] > arguments.tolerance
            print(file.name, *(f"{k} {v:.3g}" for k, v in found.items()))
    sys.exit(1 if wrong else 0)


def compare(page, file, examples):
    """Counts different answers; tells the gap of scores and median times."""
    python = export.load(file)
    web = web_page.WebPredictor(page, file)
    gaps, times, different = [], [], 0
    for one in examples:
        pair = getattr(one, "pair", None)
        example = python.task.example(one.text, pair)
        start = time.perf_counter()
        [answer] = python.answers([example])
        python_time = 1000 * (time.perf_counter() - start)
        places_in = pair if "question" in python.task.name else one.text
        expected = kotlin_places.answer(python.task, answer, places_in)
        found = web.predict(one.text, pair)
        times.append((web.time, python_time))
        if seen(found) != seen(expected):
            different += 1
            continue
        other = scores(expected)
        gaps += [abs(v - other[k]) for k, v in scores(found).items()]
    return {
        "answers": len(times),
        "different": different,
        "largest gap of scores": max(gaps, default=0.0),
        "ms": statistics.median(time for time, _ in times),
        "ms in Python": statistics.median(time for _, time in times),
    }


def seen(answer):
    """What a reader sees: label, tags and places, without probabilities."""
    if "best" in answer:
        return answer["best"][:3]
    spans = [span[:-1] for span in answer.get("spans", ())]
    return answer.get("label"), answer.get("tags"), spans


def scores(answer):
    """Probabilities that belong to what `seen` tells."""
    if "best" in answer:
        return {"best": answer["best"][-1]}
    spans = answer.get("spans", ())
    return {
        **answer.get("scores", {}),
        **{tuple(span[:2]): span[-1] for span in spans},
    }


if __name__ == "__main__":
    main()
