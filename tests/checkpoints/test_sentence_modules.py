"""Directories of sentence-transformers, written and read."""

import json
import shutil

import keras
import numpy as np
import pytest
from commands import call

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEmbedder,
    AlbertEncoder,
    convert,
    load_model,
)
from albert_tf.tokenizers import SentencePieceTokenizer

TEXTS = ["a b c", "A man sings of the sea, and of the land.", "x"]
POOLINGS = ("mean", "cls", "pooled")


@pytest.fixture(scope="module")
def make():
    config = AlbertConfig(
        embedding_size=8,
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=20,
        max_position_embeddings=64,
    )

    def run(**arguments):
        keras.utils.set_random_seed(0)
        preprocessor = TextPreprocessor(SentencePieceTokenizer(), 9)
        model = AlbertEmbedder(config, preprocessor, **arguments)
        for weight in model.weights:
            weight.assign(np.random.normal(size=weight.shape) * 0.3)
        return model

    return run


@pytest.fixture
def written(make, tmp_path):
    """That of a "pooled" one, which has all kinds of modules."""
    make(pooling="pooled").save_preset(tmp_path / "st", "huggingface")
    return tmp_path / "st"


def change(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def set_modules(directory, *types):
    paths = ["", "1_Pooling", "2_Dense", "3_Normalize"]
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": kind}
        for n, (kind, path) in enumerate(zip(types, paths, strict=False))
    ]
    (directory / "modules.json").write_text(json.dumps(modules))


def refusal(directory):
    with pytest.raises(UserError) as error:
        load_model(f"hf:{directory}")
    return str(error.value)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("normalize", [True, False])
def test_written_and_read(make, tmp_path, pooling, normalize):
    model = make(pooling=pooling, normalize=normalize)
    model.save_preset(tmp_path / "st", "huggingface")
    again = load_model(f"hf:{tmp_path / 'st'}")
    assert type(again) is AlbertEmbedder
    assert (again.pooling, again.normalize) == (pooling, normalize)
    assert again.preprocessor.max_length == 9
    np.testing.assert_array_equal(again.embed(TEXTS), model.embed(TEXTS))
    convert(f"hf:{tmp_path / 'st'}", tmp_path / "b", "huggingface")
    for path in (tmp_path / "st").rglob("*.json"):
        other = tmp_path / "b" / path.relative_to(tmp_path / "st")
        assert other.read_text() == path.read_text()


def test_a_directory_of_ours_that_says_no_pooling(make, tmp_path):
    """As they were before there were several."""
    model = make()
    model.save_preset(tmp_path / "old")
    change(tmp_path / "old" / "model.json", arguments={})
    convert(tmp_path / "old", tmp_path / "new", "huggingface")
    again = load_model(f"hf:{tmp_path / 'new'}")
    np.testing.assert_array_equal(again.embed(TEXTS), model.embed(TEXTS))


def test_the_files_are_those_of_sentence_transformers(written):
    """Version 5.7 loaded such directories, with equal vectors."""
    modules = json.loads((written / "modules.json").read_text())
    assert modules[1] == {
        "idx": 1,
        "name": "1",
        "path": "1_Pooling",
        "type": "sentence_transformers.models.Pooling",
    }
    assert [one["path"] for one in modules] == [
        *("", "1_Pooling", "2_Dense", "3_Normalize")
    ]
    assert (written / "3_Normalize").is_dir()
    settings = json.loads((written / "sentence_bert_config.json").read_text())
    assert settings == {"max_seq_length": 9, "do_lower_case": False}
    pooling = json.loads((written / "1_Pooling" / "config.json").read_text())
    assert pooling["word_embedding_dimension"] == 12
    assert [name for name, value in pooling.items() if value is True] == [
        "pooling_mode_cls_token",
        "include_prompt",
    ]


def test_files_of_version_5_and_6(make, written):
    vectors = load_model(f"hf:{written}").embed(TEXTS)
    set_modules(
        written,
        "sentence_transformers.base.modules.transformer.Transformer",
        "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
        "sentence_transformers.base.modules.dense.Dense",
        "sentence_transformers.base.modules.normalize.Normalize",
    )
    text = {"method": "forward", "method_output_name": "last_hidden_state"}
    (written / "sentence_bert_config.json").write_text(
        json.dumps(
            {
                "transformer_task": "feature-extraction",
                "modality_config": {"text": text},
                "module_output_name": "token_embeddings",
            }
        )
    )
    (written / "1_Pooling" / "config.json").write_text(
        json.dumps({"embedding_dimension": 12, "pooling_mode": "cls"})
    )
    change(
        written / "2_Dense" / "config.json",
        module_input_name="sentence_embedding",
        module_output_name="sentence_embedding",
    )
    again = load_model(f"hf:{written}")
    assert again.pooling == "pooled"
    np.testing.assert_array_equal(again.embed(TEXTS), vectors)
    assert again.preprocessor.max_length == 9  # as the tokenizer says


def test_the_transformer_may_have_a_folder(make, tmp_path):
    """As version 1 wrote it."""
    model = make(normalize=False)
    model.save_preset(tmp_path / "st", "huggingface")
    folder = tmp_path / "st" / "0_BERT"
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "spiece.model"):
        shutil.move(tmp_path / "st" / name, folder / name)
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 9}')
    modules = json.loads((tmp_path / "st" / "modules.json").read_text())
    modules[0]["path"] = "0_BERT"
    (tmp_path / "st" / "modules.json").write_text(json.dumps(modules))
    again = load_model(f"hf:{tmp_path / 'st'}")
    np.testing.assert_array_equal(again.embed(TEXTS), model.embed(TEXTS))


def test_other_models_of_it(written, make, tmp_path):
    """The mean is taken along to other heads, [CLS] has another meaning."""
    assert type(AlbertEncoder.from_preset(f"hf:{written}")) is AlbertEncoder
    with pytest.warns(UserWarning, match="logits"):
        model = AlbertClassifier.from_preset(f"hf:{written}", labels=["a", "b"])
    assert model.pooling == "cls"
    make().save_preset(tmp_path / "mean", "huggingface")
    with pytest.warns(UserWarning, match="logits"):
        model = AlbertClassifier.from_preset(
            f"hf:{tmp_path / 'mean'}", labels=["a", "b"]
        )
    assert model.pooling == "mean"


def test_google_s_format_has_no_place_for_it(make, tmp_path):
    make().save_preset(tmp_path / "mean", "tf1")
    with pytest.raises(UserError, match="pooling='cls'"):
        make(pooling="cls").save_preset(tmp_path / "cls", "tf1")
    with pytest.warns(UserWarning, match="normalize=False"):
        make(normalize=False).save_preset(tmp_path / "long", "tf1")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pooling_mode_max_tokens": True}, "by cls_token and max_tokens is"),
        (
            {
                "pooling_mode_cls_token": False,
                "pooling_mode_weightedmean_tokens": True,
            },
            "by weightedmean_tokens is not supported; mean_tokens or cls_token",
        ),
        ({"pooling_mode": "lasttoken"}, "by lasttoken is not"),
        ({"pooling_mode": ["cls", "mean"]}, "by cls and mean is not"),
        ({"pooling_mode": None}, "by None is not"),
    ],
)
def test_other_poolings_are_refused(written, values, words):
    change(written / "1_Pooling" / "config.json", **values)
    said = refusal(written)
    assert f"1_Pooling/config.json: pooling {words}" in said
    assert "\n" not in said


def test_other_modules_are_refused(written):
    package = "sentence_transformers.models."
    for kinds, words in (
        (["Transformer"], "has Transformer; Transformer, Pooling, and"),
        ([], "has nothing"),
        (["CLIPModel"], "has CLIPModel"),
        (["Transformer", "Pooling", "LayerNorm"], "LayerNorm"),
        (["Transformer", "Pooling", "Normalize", "Dense"], "in this order"),
    ):
        set_modules(written, *(package + kind for kind in kinds))
        assert words in refusal(written)
    set_modules(written, "custom.Transformer", package + "Pooling")
    assert "has custom.Transformer, Pooling" in refusal(written)
    for text, words in (
        ("{}", "must be a list of objects with type and path"),
        ("[1]", "got 1"),
        ("[", "not a readable JSON file"),
        (json.dumps([{"type": "a", "path": "../a"}]), "lie in the directory"),
        (json.dumps([{"type": "a", "path": "/a"}]), "lie in the directory"),
    ):
        (written / "modules.json").write_text(text)
        assert words in refusal(written)


def test_other_dense_layers_are_refused(written):
    path = written / "2_Dense" / "config.json"
    right = path.read_text()
    for values, words in (
        ({"out_features": 5}, "out_features=5"),
        ({"bias": False}, "bias=False"),
        ({"activation_function": "torch.nn.ReLU"}, "torch.nn.ReLU"),
        ({"module_input_name": "token_embeddings"}, "not supported"),
    ):
        change(path, **values)
        assert words in refusal(written)
        path.write_text(right)
    change(
        written / "1_Pooling" / "config.json",
        pooling_mode_cls_token=False,
        pooling_mode_mean_tokens=True,
    )
    assert "after pooling by mean is not supported" in refusal(written)


def test_settings_are_followed_or_refused(written):
    for file, values, words in (
        (
            "config_sentence_transformers.json",
            {"default_prompt_name": "q", "prompts": {"q": "query: "}},
            "default_prompt_name='q' puts a prompt",
        ),
        (
            "config_sentence_transformers.json",
            {"similarity_fn_name": "euclidean"},
            'must be "cosine"',
        ),
        (
            "sentence_bert_config.json",
            {"max_seq_length": "9"},
            "max_seq_length='9' must be",
        ),
        (
            "sentence_bert_config.json",
            {"transformer_task": "fill-mask"},
            "transformer_task='fill-mask' is not supported; 'feature-extr",
        ),
        (
            "sentence_bert_config.json",
            {"tokenizer_args": {"a": 1}},
            "tokenizer_args={'a': 1} is not supported",
        ),
    ):
        right = (written / file).read_text()
        change(written / file, **values)
        assert words in refusal(written)
        (written / file).write_text(right)
    settings = written / "config_sentence_transformers.json"
    change(settings, similarity_fn_name="dot", prompts={"q": "query: "})
    change(
        written / "sentence_bert_config.json",
        max_seq_length=999,
        do_lower_case=True,
    )
    assert load_model(f"hf:{written}").preprocessor.max_length == 64
    change(written / "tokenizer_config.json", do_lower_case=False)
    assert "do_lower_case=true" in refusal(written)


def test_the_command_line_knows_it(written, tmp_path, capsys):
    (tmp_path / "texts.txt").write_text("a b c\n")
    change(written / "1_Pooling" / "config.json", pooling_mode="max")
    argv = ["embed", f"hf:{written}", tmp_path / "texts.txt", "--json"]
    assert call(argv) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "pooling by max is not supported; mean_tokens or cls_token" in line
