"""The page in a headless Chromium: its answers are Python's."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import export
from albert_tf import models

WEB = Path(__file__).parents[2] / "android_demo" / "web"
sys.path.insert(0, str(WEB / "checks"))
pytest.importorskip("playwright", reason="needs pip install playwright")
import web_answers  # noqa: E402
import web_page  # noqa: E402

if web_page.CHROMIUM is None or shutil.which("node") is None:
    pytest.skip("needs chromium and node", allow_module_level=True)
if not (WEB / "node_modules" / "@litertjs").exists():
    pytest.skip(f"needs npm install in {WEB}", allow_module_level=True)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:the weights of .* are random"),
    pytest.mark.filterwarnings("ignore:.* are not in the vocabulary"),
]

BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
CASES = {
    "AlbertClassifier": {"labels": ["no", "yes", "maybe"]},
    "AlbertTagger": {"labels": BIO},
    "AlbertCrfTagger": {"labels": BIO},
    "AlbertIntentSlotTagger": {"labels": BIO, "intents": ["play", "book"]},
    "AlbertEarlyExitClassifier": {"labels": ["no", "yes"]},
    "AlbertQuestionAnswerer": {},
    "AlbertJointQuestionAnswerer": {},
}
LONG = "Ada 🎈 Lovelace wrote in London, 1843; naïve Charles built on. "
TEXTS = ["play some jazz", "Nina Simone, 21,054 times", LONG, LONG * 9]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Small models with random weights, one for each task."""
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for name, settings in CASES.items():
        model = getattr(models, name).from_preset("albert_pico", **settings)
        found[name] = folder / f"{name}.tflite"
        lengths = [16, 32, 64]
        export.to_tflite(model, found[name], "float32", lengths=lengths)
    return found


@pytest.fixture(scope="module")
def address():
    subprocess.run(["node", WEB / "build.js"], check=True)
    with web_page.server() as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with web_page.browser() as found:
        yield found


@pytest.fixture
def context(browser):
    """One that fails where the page does."""
    context = browser.new_context()
    mistakes = []
    context.on("weberror", lambda one: mistakes.append(str(one.error)))
    yield context
    context.close()
    assert mistakes == []


@pytest.fixture
def page(context, address):
    """The page, without any model of its own."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(address)
    page.locator("#status:not(:text('Loading'))").wait_for()
    return page


def test_answers_are_those_of_python(browser, address, files):
    page = browser.new_page(service_workers="block")
    page.goto(address)
    for name, file in files.items():
        task = export.load(file).task
        pairs = TEXTS if "Question" in name else [None] * len(TEXTS)
        examples = [
            task.example("Who wrote?" if pair else text, pair)
            for text, pair in zip(TEXTS, pairs, strict=True)
        ]
        found = web_answers.compare(page, file, examples)
        assert found["different"] == 0, name
        assert found["largest gap of scores"] < 1e-4, name
    page.close()


def choose(page, file, said=None):
    """Opens a file; waits for what the page says, which has its name."""
    page.get_by_label("Or a file of yours").set_input_files(file)
    page.get_by_role("status").filter(has_text=said or file.name).wait_for()


def run(page, **texts):
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Run").click()
    page.get_by_text(" tokens · ").wait_for()
    return page.get_by_role("region", name="Answer")


def test_labels_have_bars(page, files):
    choose(page, files["AlbertClassifier"], ": classification, ")
    answer = run(page, Text="play some jazz")
    [expected] = export.load(files["AlbertClassifier"]).predict(
        ["play some jazz"]
    )
    rows = answer.get_by_role("row").all_inner_texts()
    assert [row.split()[0] for row in rows] == [*expected.scores]
    assert answer.locator("tr.chosen").count() == 1
    effort = page.locator("#effort").inner_text()
    assert all(word in effort for word in (" ms", " tokens", " MB"))


def test_entities_are_where_they_are(page, files):
    choose(page, files["AlbertTagger"])
    answer = run(page, Text=LONG)
    [expected] = export.load(files["AlbertTagger"]).predict([LONG])
    assert expected.spans
    assert answer.locator("mark").all_inner_texts() == [
        f"{span.text}{span.label}" for span in expected.spans
    ]


def test_answers_are_marked_in_their_passage(page, files):
    choose(page, files["AlbertQuestionAnswerer"])
    answer = run(page, Question="Who wrote?", Passage=LONG)
    predictor = export.load(files["AlbertQuestionAnswerer"])
    [expected] = predictor.predict(["Who wrote?"], [LONG])
    assert answer.locator("mark").all_inner_texts() == [expected.best.answer]


def test_it_needs_no_network(context, page, files):
    choose(page, files["AlbertClassifier"])
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    context.set_offline(True)
    page.reload()
    choose(page, files["AlbertClassifier"])
    assert run(page, Text="jazz").get_by_role("row").count() == 3


def test_mistakes_are_told(page, files, tmp_path):
    whole = files["AlbertClassifier"].read_bytes()
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(whole[:-100])
    choose(page, damaged, "truncated, damaged")
    model = models.AlbertClassifier.from_preset(
        "albert_pico", labels=["no", "yes"]
    )
    any_length = tmp_path / "any.tflite"
    export.to_tflite(model, any_length, "float32")
    choose(page, any_length, "--lengths 16,32,64,128,384")
    assert page.get_by_role("button", name="Run").is_disabled()
