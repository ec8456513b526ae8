"""Readable answers for whatever a file is for, over both protocols."""

import json

import pytest
from running import running
from small_target import VOCABULARY

from export import load

SLOTS = ["O", "B-artist", "I-artist"]
FILES = {
    "multilabel": ("AlbertMultilabelClassifier", {"labels": ["a", "b", "c"]}),
    "regression": ("AlbertRegressor", {"labels": ["stars"]}),
    "tagging": ("AlbertTagger", {"labels": SLOTS}),
    "crf_tagging": ("AlbertCrfTagger", {"labels": SLOTS}),
    "intent_slots": (
        "AlbertIntentSlotTagger",
        {"labels": SLOTS, "intents": ["play", "stop"]},
    ),
    "semantic_roles": ("AlbertRoleTagger", {"labels": SLOTS}),
    "question_answering": ("AlbertQuestionAnswerer", {}),
    "joint_question_answering": ("AlbertJointQuestionAnswerer", {}),
    "multiple_choice": ("AlbertMultipleChoice", {}),
    "similarity": ("AlbertEmbedder", {}),
    "fill_mask": ("AlbertPretrainer", {}),
    "translation": ("AlbertTranslator", {"target_vocabulary": VOCABULARY}),
}
TEXTS = ["play some 🎈 jazz by Nina Simone", "where is the [MASK] ?"]
PASSAGE = "Anna has a ball. Tom has the map. " * 20  # in several windows
PARTS = {
    "multilabel": {"labels": "BYTES", "scores": "BYTES"},
    "regression": {"stars": "FP32"},
    "tagging": {"entities": "BYTES"},
    "crf_tagging": {"entities": "BYTES"},
    "intent_slots": {"intent": "BYTES", "score": "FP32", "slots": "BYTES"},
    "semantic_roles": {"predicates": "BYTES"},
    "multiple_choice": {
        "label": "BYTES",
        "score": "FP32",
        "scores": "BYTES",
        "answer": "BYTES",
    },
    "similarity": {"embedding": "FP32"},
    "translation": {"translation": "BYTES", "score": "FP32"},
}


@pytest.mark.slow
@pytest.mark.parametrize("task", FILES)
@pytest.mark.filterwarnings("ignore:.*not in the vocabulary")
def test_answers_are_those_of_predict(task, make, caplog):
    kind, arguments = FILES[task]
    path = make(kind, task, **arguments)
    predictor = load(path)
    needs_pair = "question" in task
    choices = " | a | b" if task == "multiple_choice" else ""
    asked = [
        {"text": text + choices, **({"pair": PASSAGE} if needs_pair else {})}
        for text in TEXTS
    ]
    examples = [predictor.task.example(**one) for one in asked]
    expected = [
        predictor.task.to_json(answer) for answer in predictor.answers(examples)
    ]
    if task == "semantic_roles":
        assert any(one["predicates"] for one in expected)  # asked twice
    with running(path) as client:
        before = client.metric("albert_tokens_total")
        with caplog.at_level("INFO", "albert_tf.serving"):
            status, reply = client.predict({"instances": asked})
            # The request is logged after its answer, but before another one.
            computed = client.metric("albert_tokens_total") - before
        assert status == 200
        told = [r.fields for r in caplog.records if hasattr(r, "fields")]
        assert [one["tokens"] for one in told] == [computed]
        assert reply == {"predictions": json.loads(json.dumps(expected))}
        _, _, metrics = client.send("GET", "/metrics")  # once, also if twice
        assert f"albert_texts_total {len(asked)}.0" in metrics.decode()
        check_v2(client, task, asked, expected)
        single = ("tagging", "slots", "roles", "translation")
        check_pairs(client, needs_pair, any(w in task for w in single))


def check_v2(client, task, asked, expected):
    tensors = [
        {
            "name": name,
            "shape": [len(asked)],
            "datatype": "BYTES",
            "data": [one[name] for one in asked],
        }
        for name in asked[0]
    ]
    status, reply = client.infer({"inputs": tensors})
    if task == "fill_mask":  # masks for one, a perplexity for the other
        assert status == 400
        assert "perplexity" in reply["error"]
        return
    assert status == 200
    kinds = {one["name"]: one["datatype"] for one in reply["outputs"]}
    assert kinds == PARTS.get(task, kinds)
    for one in reply["outputs"]:
        size = 1
        for length in one["shape"]:
            size *= length
        assert one["shape"][0] == len(asked)
        assert len(one["data"]) == size
    parts = client.get(f"/v2/models/{client.name}")[1]["outputs"]
    assert {one["name"]: one["datatype"] for one in parts} == kinds


def check_pairs(client, needs_pair, takes_none):
    """What the task does not take is refused, and the page knows it."""
    _, _, page = client.send("GET", "/")
    assert (b'"needsPair": true' in page) == needs_pair
    assert (b'"takes": ["text"]' in page) == takes_none
    if needs_pair:
        status, reply = client.predict({"instances": ["who has the map?"]})
        assert status == 400
        assert "text 0: the question" in reply["error"]
    if takes_none:
        both = {"text": "a", "pair": "b"}
        status, reply = client.predict({"instances": ["a", both]})
        assert status == 400
        assert "text 1: " in reply["error"]


@pytest.mark.slow
def test_questions_may_have_other_numbers_of_choices(make):
    path = make("AlbertMultipleChoice", "choices")
    with running(path, max_tokens=40) as client:
        asked = ["who? | a | b", "who? | a | b | c"]
        status, reply = client.predict({"instances": asked})
        assert status == 200
        found = [len(one["scores"]) for one in reply["predictions"]]
        assert found == [2, 3]
        described = json.dumps(client.get("/openapi.json")[1])
        assert json.dumps({"text": "a b | a | b"}) in described
        asked = ["who? | " + " | ".join("abcdefgh")]
        status, reply = client.predict({"instances": asked})
        assert status == 413  # all choices are computed
        assert "take 50 tokens" in reply["error"]


@pytest.mark.slow
def test_too_much_work_in_a_short_text(make):
    """Each token of a text without a mask is a sequence of its own."""
    path = make("AlbertPretrainer", "words", max_length=512)
    with running(path, max_tokens=20_000) as client:
        status, reply = client.predict({"instances": ["a " * 400]})
        assert status == 413
        assert "400 sequences; at most 20,000" in reply["error"]


@pytest.mark.slow
@pytest.mark.parametrize("task", ["tagging", "question_answering"])
def test_a_saved_model_answers_in_batches(task, make_saved):
    """With outputs for each token, which lose their padding."""
    kind, arguments = FILES[task]
    directory = make_saved(kind, task, **arguments)
    needs_pair = "question" in task
    texts = [f"play {'very ' * n}good jazz" for n in range(12)]
    asked = [
        {"text": text, "pair": PASSAGE} if needs_pair else {"text": text}
        for text in texts
    ]
    predictor = load(directory)
    examples = [predictor.task.example(**one) for one in asked]
    expected = [
        predictor.task.to_json(answer) for answer in predictor.answers(examples)
    ]
    with running(directory) as client:
        status, reply = client.predict({"instances": asked})
        assert status == 200
        assert (
            client.get(f"/v1/models/{task}")[1]["model_version_status"][0][
                "version"
            ]
            == "3"
        )
        for answer, other in zip(reply["predictions"], expected, strict=True):
            assert without_scores(answer) == without_scores(other)
        _, _, metrics = client.send("GET", "/metrics")
        assert b'albert_batch_sequences_bucket{le="2.0"}' in metrics
        counts = dict(
            line.rsplit(" ", 1)
            for line in metrics.decode().splitlines()
            if line.startswith("albert_batch_sequences_")
        )
        number = float(counts["albert_batch_sequences_sum"])
        assert float(counts["albert_batch_sequences_count"]) < number


def without_scores(value):
    """Without what padding changes in the last digits."""
    if isinstance(value, dict):
        return {
            name: without_scores(part)
            for name, part in value.items()
            if not isinstance(part, float)
        }
    if isinstance(value, list):
        return [without_scores(part) for part in value]
    return value
