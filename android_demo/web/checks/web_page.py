"""The page in a headless Chromium, from a server in this process.

Needs `node android_demo/web/build.js` before, and `pip install playwright`.
"""

import contextlib
import functools
import http.server
import pathlib
import shutil
import threading

WEB = pathlib.Path(__file__).parents[1]
BUILD = WEB / "build"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

# What is asked of the page's own modules, with a model that is no asset.
_OPEN = """async () => {
  const [{ModelFile}, {LiteRtRunner}, {open}] = await Promise.all([
    import("/src/model/model_file.js"),
    import("/src/model/litert_runner.js"),
    import("/src/tasks/open.js"),
  ]);
  const response = await fetch("/asked.tflite");
  const file = await ModelFile.read(
    new Uint8Array(await response.arrayBuffer()));
  globalThis.runner?.close();
  globalThis.runner = await LiteRtRunner.open(file, "/litert/core/wasm/");
  globalThis.asked = open(file, globalThis.runner);
}"""
_ASK = """async ([text, pair]) => {
  const start = performance.now();
  const answer = await globalThis.asked.answer(text, pair);
  return {...answer, time: performance.now() - start};
}"""


@contextlib.contextmanager
def server():
    """The address of a server of the page's files."""
    handler = functools.partial(_Quiet, directory=BUILD)
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}/"
    served.shutdown()
    served.server_close()


@contextlib.contextmanager
def browser():
    """A browser of playwright's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


class WebPredictor:
    """A task of the page's for an exported file.

    Args:
        page: with any page of the server.
        path: a `.tflite` file of fixed lengths.
    """

    def __init__(self, page, path):
        page.route("**/asked.tflite", lambda route: route.fulfill(path=path))
        page.evaluate(_OPEN)
        self._page = page
        #: Milliseconds of the last answer.
        self.time = 0.0

    def predict(self, text, pair=None):
        """The answer in plain values, see `kotlin_places.answer`."""
        found = self._page.evaluate(_ASK, [text, pair or ""])
        self.time = found["time"]
        if "best" in found:
            return {
                "best": _place(found["best"]),
                "words": _place(found["words"]),
                "no_answer": found["noAnswer"],
                "candidates": [*map(_place, found["candidates"])],
            }
        plain = {}
        if "scores" in found:
            scores = {one["label"]: one["score"] for one in found["scores"]}
            plain |= {"label": found["label"], "scores": scores}
        if "tags" in found:
            spans = [_place(one, "label") for one in found["spans"]]
            plain |= {"tags": found["tags"], "spans": spans}
        return plain


def _place(one, *more):
    names = ("start", "end", "text", *more, "score")
    return [one[name] for name in names]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
