"""Makes the goldens of this folder with transformers 4.57.1 and tf_keras.

Random weights under PyTorch's names; transformers' own conversion gives them
to its TensorFlow models, whose outputs are the reference.
"""

import os
import pathlib

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import transformers
from safetensors.numpy import save_file
from transformers.modeling_tf_pytorch_utils import (
    load_pytorch_state_dict_in_tf2_model,
)

HERE = pathlib.Path(__file__).parent
V, H, F, N = 64, 16, 32, 3
RNG = np.random.default_rng(0)


def normal(scale, *shape):
    return RNG.normal(0, scale, shape).astype("float32")


def dense(name, wide, out):
    return {
        f"{name}.weight": normal(0.3, out, wide),
        f"{name}.bias": normal(0.3, out),
    }


def norm(name):
    return {
        f"{name}.weight": 1 + normal(0.2, H),
        f"{name}.bias": normal(0.2, H),
    }


def encoder(has_pooler):
    tensors = norm("bert.embeddings.LayerNorm")
    for name, rows in (("word", V), ("position", 20), ("token_type", 2)):
        key = f"bert.embeddings.{name}_embeddings.weight"
        tensors[key] = normal(0.5, rows, H)
    for i in range(N):
        layer = f"bert.encoder.layer.{i}."
        for name in ("query", "key", "value"):
            tensors |= dense(f"{layer}attention.self.{name}", H, H)
        tensors |= dense(f"{layer}attention.output.dense", H, H)
        tensors |= norm(f"{layer}attention.output.LayerNorm")
        tensors |= dense(f"{layer}intermediate.dense", H, F)
        tensors |= dense(f"{layer}output.dense", F, H)
        tensors |= norm(f"{layer}output.LayerNorm")
    if has_pooler:
        tensors |= dense("bert.pooler.dense", H, H)
    return tensors


def masked_lm():
    return {
        **dense("cls.predictions.transform.dense", H, H),
        **norm("cls.predictions.transform.LayerNorm"),
        "cls.predictions.bias": normal(0.3, V),
    }


def heads():
    yield (
        "BertForPreTraining",
        True,
        masked_lm() | dense("cls.seq_relationship", H, 2),
        {},
    )
    yield "BertForMaskedLM", False, masked_lm(), {}
    for name, has_pooler, layer, outputs, more in (
        ("SequenceClassification", True, "classifier", 3, {"num_labels": 3}),
        ("TokenClassification", False, "classifier", 4, {"num_labels": 4}),
        ("QuestionAnswering", False, "qa_outputs", 2, {}),
        ("MultipleChoice", True, "classifier", 1, {}),
    ):
        yield f"BertFor{name}", has_pooler, dense(layer, H, outputs), more


def main():
    inputs = {
        "input_ids": RNG.integers(1, V, (3, 9)),
        "attention_mask": np.ones((3, 9), int),
        "token_type_ids": np.zeros((3, 9), int),
    }
    inputs["attention_mask"][1, 6:] = inputs["attention_mask"][2, 3:] = 0
    inputs["token_type_ids"][0, 4:] = 1
    for name, has_pooler, head, more in heads():
        config = transformers.BertConfig(
            vocab_size=V,
            hidden_size=H,
            num_hidden_layers=N,
            num_attention_heads=2,
            intermediate_size=F,
            max_position_embeddings=20,
            architectures=[name],
            **more,
        )
        tensors = encoder(has_pooler) | head
        model = load_pytorch_state_dict_in_tf2_model(
            getattr(transformers, f"TF{name}")(config),
            dict(tensors),
            allow_missing_keys=False,
        )
        rows = inputs
        if name == "BertForMultipleChoice":
            rows = {key: array[None] for key, array in inputs.items()}
        outputs = model(rows)
        directory = HERE / name
        directory.mkdir(exist_ok=True)
        (directory / "config.json").write_text(config.to_json_string())
        save_file(tensors, directory / "model.safetensors", {"format": "pt"})
        np.savez_compressed(
            directory / "golden.npz",
            ids=inputs["input_ids"],
            mask=inputs["attention_mask"],
            seg=inputs["token_type_ids"],
            **{f"out_{key}": np.asarray(a) for key, a in outputs.items()},
        )


if __name__ == "__main__":
    main()
