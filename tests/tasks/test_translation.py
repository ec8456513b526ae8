"""What is translation's own, from files to a `.tflite` file."""

import gzip
import json

import commands
import numpy as np
import pytest

import export
from albert_tf.cli.task_settings import task_settings
from albert_tf.data.example import Example
from albert_tf.data.target_vocabulary import TargetVocabulary
from albert_tf.errors import UserError
from albert_tf.models import AlbertTranslator
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.translation import Translated, Translation

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")
PAIRS = [
    Example("A dog runs.", None, "Ein Hund läuft."),
    Example("Two dogs sleep in the house.", None, "Zwei Hunde schlafen."),
    Example("A man has a ball.", None, "Ein Mann hat einen Ball."),
    Example("The house is big.", None, "Das Haus ist groß."),
]


@pytest.fixture(scope="module")
def task():
    return Translation.of_examples(PAIRS, target_vocab_size=41)


@pytest.fixture(scope="module")
def translator(task):
    """Learns four sentences by heart."""
    import keras

    keras.utils.set_random_seed(0)
    model = AlbertTranslator.from_preset(
        "albert_pico", dropout=0.0, **task.settings
    )
    model.compile(keras.optimizers.Adam(3e-3))
    texts, targets = [x.text for x in PAIRS], [x.label for x in PAIRS]
    model.fit(texts, targets, epochs=150, verbose=0)
    return model


@pytest.mark.slow
def test_learns_a_batch_by_heart_and_the_file_answers_alike(
    translator, tmp_path
):
    pytest.importorskip("sacrebleu")
    predictor = Predictor.of_model(translator)
    answers = predictor.answers(PAIRS)
    assert predictor.task.score(answers, PAIRS).figures["bleu"] > 0.9
    file = tmp_path / "m.tflite"
    export.to_tflite(translator, file, "float32")
    assert export.verify(translator, file, PAIRS).agreement == 1
    loaded = export.load(file)
    assert isinstance(loaded.task, Translation)
    more = [Example(f"{one.text} {one.text}") for one in PAIRS]
    for beams in (1, 4):
        predictor.task.beams = loaded.task.beams = beams
        for one, other in zip(
            predictor.answers([*PAIRS, *more]),
            loaded.answers([*PAIRS, *more]),
            strict=True,
        ):
            assert one.text == other.text
            assert one.score == pytest.approx(other.score, abs=1e-4)


@pytest.mark.slow
def test_the_file_has_two_signatures_and_each_weight_once(translator, tmp_path):
    exact, small = tmp_path / "exact.tflite", tmp_path / "small.tflite"
    export.to_tflite(translator, exact, "float32")
    export.to_tflite(translator, small, "int8")
    network = export.TFLiteModel(exact)
    assert network.bundle.signatures == ["encode", "decode_step"]
    with pytest.raises(UserError, match="has no encode, only encode, decode"):
        network.run_method("encode", {})
    sizes = [4 * int(np.prod(w.shape)) for w in translator.weights]
    vocabularies = 1_000_000
    assert exact.stat().st_size < sum(sizes) + vocabularies
    assert small.stat().st_size < exact.stat().st_size / 2
    loaded = export.load(small)
    assert len(loaded.answers(PAIRS)) == len(PAIRS)
    with pytest.raises(UserError, match="cannot have fixed lengths"):
        export.to_tflite(translator, tmp_path / "x.tflite", lengths=[16])


def test_settings_on_the_command_line():
    given = [
        "target_vocab_size=50",
        "shared_decoder=false",
        "length_penalty=1",
    ]
    assert task_settings(Translation, given) == {
        "target_vocab_size": 50,
        "shared_decoder": False,
        "length_penalty": 1.0,
    }
    for one, message in (
        ("beams=x", "beams must be a whole number"),
        ("shared_decoder=0", "must be true or false"),
        ("size=3", "translation has target_vocab_size, decoder_layers"),
    ):
        with pytest.raises(UserError, match=message):
            task_settings(Translation, [one])
    with pytest.raises(UserError, match="classification has no settings"):
        task_settings(find_task("classification"), ["beams=2"])


def test_mistakes(task):
    with pytest.raises(UserError, match="beams=0 must be at least 1"):
        Translation(task.target_vocabulary, beams=0)
    with pytest.raises(UserError, match="length_penalty=-1 must be at least"):
        Translation(task.target_vocabulary, length_penalty=-1)
    with pytest.raises(UserError, match="of one text; got two"):
        task.example("a", "b")
    with pytest.raises(UserError, match="too large .* target_vocab_size"):
        Translation.of_examples(PAIRS)
    with pytest.raises(UserError, match="a SavedModel gives the encoder's"):
        task.decode({}, None, None)


def test_a_model_of_another_task_translates_nothing():
    with pytest.raises(UserError, match="target_vocabulary .* fine-tune it"):
        AlbertTranslator.from_preset("albert_pico")


def test_answers_for_people_and_programs(task):
    target = TargetVocabulary(task.target_vocabulary)
    (ids,) = target.encode(["Ein Hund läuft."])
    outputs = {"target_ids": [ids[1:]], "score": [np.array(-0.5)]}
    (answer,) = task.answers(outputs, None, PAIRS[:1])
    assert answer == Translated("Ein Hund läuft.", -0.5)
    assert task.to_text(answer, PAIRS[0]) == "Ein Hund läuft."
    assert json.loads(json.dumps(task.to_json(answer))) == {
        "translation": "Ein Hund läuft.",
        "score": -0.5,
    }
    assert task.difference(outputs, {**outputs, "score": [-0.25]}) == 0.25
    assert task.baseline(PAIRS, PAIRS) > 0


@pytest.mark.slow
def test_the_command_line(tmp_path, capsys):
    for split in ("train", "val"):
        for language, field in (("en", "text"), ("de", "label")):
            lines = "".join(f"{getattr(x, field)}\n" for x in PAIRS)
            file = tmp_path / f"{split}.{language}.gz"
            file.write_bytes(gzip.compress(lines.encode()))
    argv = ["finetune", "--task", "translation", "--data", tmp_path]
    argv += ["--model", "albert_pico", "--output", tmp_path / "m"]
    argv += ["--setting", "target_vocab_size=41", "--epochs", "1"]
    argv += ["--label-smoothing", "0.1", "--baseline"]
    assert not commands.call(argv)
    assert "word by word" in "".join(capsys.readouterr())
    model = tmp_path / "m"
    assert not commands.call(["evaluate", model, tmp_path / "val.en.gz"])
    assert "bleu" in "".join(capsys.readouterr())
    file = tmp_path / "m.tflite"
    assert not commands.call(["export", model, file])
    capsys.readouterr()
    assert not commands.call(["predict", file, "A dog.", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"text", "translation", "score"}
