"""The page at /, in a headless Chromium."""

import json
import shutil
from pathlib import Path

import pytest

from albert_tf import serving

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs pip install playwright"
)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("needs a chromium in the path", allow_module_level=True)

PAGE = Path(serving.__file__).parent / "page.html"
SECOND = "Second text, if it is about two"
TEXT = "hear 🎈🎈 Nina Simone <b>now</b>"


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that must not say or fetch anything that it should not."""
    page = browser.new_page()
    page.set_default_timeout(20_000)
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("console", lambda said: mistakes.append(said.text))
    yield page
    page.close()
    # What a server refuses is a mistake to Chromium, too.
    refused = "Failed to load resource: the server responded"
    assert [one for one in mistakes if not one.startswith(refused)] == []


def open_page(page, answer, task="tagging", takes=("text",), needs_pair=False):
    """The page of a model that answers so; what it is asked is kept."""
    model = {"name": "m", "task": task, "takes": takes, "needsPair": needs_pair}
    html = PAGE.read_text("utf-8").replace("{{model}}", json.dumps(model))
    asked = []

    def predict(route):
        asked.append(json.loads(route.request.post_data))
        reply = {"predictions": [answer]}
        route.fulfill(
            body=json.dumps(reply),
            content_type="application/json",
            headers={"truncated-sequences": "1"} if takes[1:] else {},
        )

    page.route("**", lambda route: route.abort())
    page.route("http://m/", lambda route: route.fulfill(body=html))
    page.route("**/v1/models/m:predict", predict)
    page.goto("http://m/")
    return asked


def ask(page, **texts):
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Answer").click()
    answer = page.get_by_role("region", name="Answer")
    answer.locator("details").wait_for()
    return answer


def test_labels_have_bars(page, client):
    """Of a real server, from the typing to the answer."""
    page.goto(f"http://127.0.0.1:{client.port}/")
    assert page.title() == "mood · classification"
    answer = ask(page, Text="what a joy")
    (expected,) = client.predict({"instances": ["what a joy"]})[1][
        "predictions"
    ]
    rows = answer.get_by_role("row").all_inner_texts()
    assert [row.split()[0] for row in rows] == [*expected["scores"]]
    assert answer.locator("tr.chosen").count() == 1
    widths = answer.locator(".bar").evaluate_all(
        "bars => bars.map(bar => parseFloat(bar.style.width))"
    )
    assert widths == pytest.approx(
        [100 * score for score in expected["scores"].values()], abs=1e-3
    )
    second = page.get_by_label(SECOND)
    second.fill("b")
    second.press("Control+Enter")
    both = {"instances": [{"text": "what a joy", "pair": "b"}]}
    (expected,) = client.predict(both)[1]["predictions"]
    share = f"{100 * expected['score']:.1f} %"
    answer.get_by_role("cell", name=share).first.wait_for()


def test_mistakes_are_told(page, client):
    page.goto(f"http://127.0.0.1:{client.port}/")
    page.get_by_role("button", name="Answer").click()
    page.get_by_text("instances[0].text: the text is empty").wait_for()


def span(text, label):
    start = TEXT.index(text)
    place = {"start": start, "end": start + len(text)}
    return {"text": text, **place, "label": label, "score": 0.9}


def test_entities_are_where_they_are(page):
    spans = [span("🎈🎈", "emoji"), span("Nina Simone", "artist")]
    asked = open_page(page, {"entities": spans})
    answer = ask(page, Text=TEXT)
    assert asked == [{"instances": [{"text": TEXT}]}]
    marks = answer.locator("mark")
    assert marks.all_inner_texts() == ["🎈🎈emoji", "Nina Simoneartist"]
    assert "<b>now</b>" in answer.inner_text()
    colours = marks.evaluate_all("x => x.map(m => m.style.background)")
    assert colours[0] != colours[1]


def test_intents_and_slots(page):
    slots = [span("Nina Simone", "artist")]
    open_page(page, {"intent": "PlayMusic", "score": 0.5, "slots": slots})
    answer = ask(page, Text=TEXT)
    assert "PlayMusic (50.0 %)" in answer.inner_text()
    assert answer.locator("mark").all_inner_texts() == ["Nina Simoneartist"]


def test_answers_are_marked_in_their_passage(page):
    start = TEXT.index("Nina")
    found = {"answer": "Nina", "start": start, "end": start + 4, "score": 0.75}
    task = "question_answering"
    asked = open_page(page, found, task, ("text", "pair"), True)
    answer = ask(page, Question="who?", Passage=TEXT)
    assert asked == [{"instances": [{"text": "who?", "pair": TEXT}]}]
    assert "Nina (75.0 %)" in answer.inner_text()
    assert answer.locator("mark").all_inner_texts() == ["Nina"]
    page.get_by_text("its end was left out").wait_for()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"answer": "", "start": None, "end": None, "score": 1}, "no answer"),
        ({"labels": [], "scores": {"<i>a</i>": 0.1}}, "no label fits"),
        ({"labels": [], "scores": {"<i>a</i>": 0.1}}, "<i>a</i>"),
        ({"stars": 3.25}, "stars: 3.2500"),
        ({"perplexity": 12.5}, "perplexity: 12.5000"),
        ({"similarity": 0.5}, "similarity: 0.5000"),
        ({"embedding": [0.5] * 300}, "a vector of 300 numbers: 0.500, "),
        ({"masks": [{"out": 0.5, "up": 0.25}]}, "[MASK] 1"),
        ({"entities": []}, "nothing found"),
        ({"anything": [1, 2]}, "anything: [1,2]"),
    ],
)
def test_other_answers(page, answer, said):
    open_page(page, answer, takes=("text", "pair"))
    assert said in ask(page, **{"Text": "a", SECOND: "b"}).inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read(page, scheme):
    """A contrast of 4.5 at least (WCAG 2, AA), everywhere."""
    page.emulate_media(color_scheme=scheme)
    spans = [span("🎈🎈", "emoji"), span("Nina Simone", "artist")]
    open_page(page, {"entities": spans})
    ask(page, Text=TEXT)
    background = page.evaluate("getComputedStyle(document.body).background")
    assert ("255, 255, 255" in background) == (scheme == "light")
    assert page.evaluate(CONTRAST) >= 4.5


# The lowest contrast of an element that has text of its own.
CONTRAST = """() => {
  const canvas = document.createElement("canvas")
    .getContext("2d", {willReadFrequently: true});
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map(x => x / 255)
      .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" && element.parentElement
      ? behind(element.parentElement) : colour;
  };
  const contrasts = [...document.body.querySelectorAll("*")]
    .filter(x => x.checkVisibility() && [...x.childNodes].some(
      n => n.nodeType === 3 && n.data.trim()))
    .map(x => [light(getComputedStyle(x).color), light(behind(x))])
    .map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  return Math.min(...contrasts);
}"""
