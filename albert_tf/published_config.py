"""What the configuration files of Hugging Face and Google say.

Every field of theirs is followed, refused by its name, or known to change no
result; one that is none of these is told in a warning.
"""

from __future__ import annotations

from typing import Any

from albert_tf.errors import UserError, warn

# Fields of ours that no other library has; off if they are false.
VARIANTS = ("layer_adapters", "cross_layer_attention", "soft_segments")
# Both codes default to the sizes of the xxlarge model.
_DEFAULTS = {
    "hidden_size": 4096,
    "num_hidden_layers": 12,
    "num_attention_heads": 64,
    "intermediate_size": 16384,
}
_FOLLOWED = {
    *_DEFAULTS,
    "vocab_size",
    "embedding_size",
    "num_hidden_groups",
    "inner_group_num",
    "hidden_act",
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "max_position_embeddings",
    "type_vocab_size",
    "initializer_range",
    "layer_norm_eps",
    "classifier_dropout_prob",
}
# Fields that ask for another model, and what they may say all the same.
_ONLY = {
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "is_encoder_decoder": False,
    "add_cross_attention": False,
    "pruned_heads": {},
    "quantization_config": {},
    "per_layer_config": {},
    "layers_to_keep": [],
    "ln_type": "postln",
    "directionality": "bidi",
    "pooler_type": "first_token_transform",
}
# Fields that the official code reads and never uses.
_UNUSED = {
    "net_structure_type": 0,
    "gap_size": 0,
    "num_memory_blocks": 0,
    "down_scale_factor": 1,
}
# Fields that change no result, or that are read elsewhere: labels and the kind
# of problem with the head, ids of special tokens with the vocabulary; whether
# the output embedding is tied is seen in the weights.
_WITHOUT_EFFECT = {
    "_attn_implementation",
    "_commit_hash",
    "_name_or_path",
    "_num_labels",
    "architectures",
    "attn_implementation",
    "auto_map",
    "bos_token_id",
    "chunk_size_feed_forward",
    "cls_token_id",
    "cross_attention_hidden_size",
    "custom_pipelines",
    "dtype",
    "eos_token_id",
    "finetuning_task",
    "gradient_checkpointing",
    "id2label",
    "label2id",
    "language",
    "mask_token_id",
    "model_type",
    "name",
    "name_or_path",
    "num_labels",
    "output_attentions",
    "output_hidden_states",
    "output_past",
    "pad_token_id",
    "pooler_fc_size",
    "pooler_num_attention_heads",
    "pooler_num_fc_layers",
    "pooler_size_per_head",
    "prefix",
    "problem_type",
    "return_dict",
    "sep_token_id",
    "task_specific_params",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tie_word_embeddings",
    "tokenizer_class",
    "torch_dtype",
    "torchscript",
    "transformers_version",
    "unk_token_id",
    "use_bfloat16",
    "use_cache",
    "xla_device",
    # For generating text, which ALBERT does not.
    "bad_words_ids",
    "begin_suppress_tokens",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "exponential_decay_length_penalty",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "length_penalty",
    "max_length",
    "min_length",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_scores",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict_in_generate",
    "suppress_tokens",
    "temperature",
    "top_k",
    "top_p",
    "typical_p",
}
_BERT_DEFAULTS = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
}
# Other names of functions that we have.
_HUGGINGFACE_ACTIVATIONS = {
    "gelu_python": "gelu",
    "gelu_accurate": "gelu_new",
    "gelu_fast": "gelu_new",
    "gelu_python_tanh": "gelu_new",
    "gelu_pytorch_tanh": "gelu_new",
    "swish": "silu",
}
# The official code has these, and means the approximation by "gelu".
_GOOGLE_ACTIVATIONS = {
    "gelu": "gelu_new",
    "relu": "relu",
    "tanh": "tanh",
    "linear": "linear",
    "": "linear",
}


# === Hugging Face's config.json ===


def from_huggingface(values: dict[str, Any], source: str) -> dict[str, Any]:
    """The arguments of `AlbertConfig` that the fields amount to.

    Args:
        values: the fields.
        source: what they are from, for the warning of unknown ones.

    Raises:
        UserError: if a field asks for something that is not built here.
    """
    model_type = values.get("model_type", "albert")
    if model_type == "bert":
        values = _from_bert(values)
    elif model_type != "albert":
        raise UserError(f"model_type={model_type!r} must be 'albert' or 'bert'")
    fields = _take(values, source)
    if fields.get("classifier_dropout_prob", 0) is None:  # as their heads do
        fields["classifier_dropout_prob"] = fields.get("hidden_dropout_prob", 0)
    _translate(fields, _HUGGINGFACE_ACTIVATIONS)
    return fields


def _from_bert(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of the ALBERT that does what a BERT does.

    Each layer is a group of its own, and nothing projects the embedding.
    """
    values = {**_BERT_DEFAULTS, **values}
    dropout = values.pop("classifier_dropout", None)
    return {
        **values,
        "embedding_size": values["hidden_size"],
        "num_hidden_groups": values["num_hidden_layers"],
        "classifier_dropout_prob": dropout,
    }


def to_huggingface(fields: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `from_huggingface`, with the ids of the English models.

    Raises:
        UserError: if they have no name for a way of sharing.
    """
    return {
        "model_type": "albert",
        **_published(fields),
        "pad_token_id": 0,
        "bos_token_id": 2,
        "eos_token_id": 3,
    }


# === Google's albert_config.json ===


def from_google(values: dict[str, Any], source: str) -> dict[str, Any]:
    """The arguments of `AlbertConfig` that the fields amount to.

    Args:
        values: the fields.
        source: what they are from, for the warning of unknown ones.

    Raises:
        UserError: if a field asks for something that is not built here.
    """
    for name, official in _UNUSED.items():
        _check_only(values, name, official)
    fields = _take(values, source)
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
        if fields.get(name, 0) is None:
            fields[name] = 0
    act = fields.get("hidden_act", "gelu")
    fields["hidden_act"] = act.lower() if isinstance(act, str) else act or ""
    _translate(fields, _GOOGLE_ACTIVATIONS)
    return fields


def to_google(fields: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `from_google`.

    Raises:
        UserError: if the official code has no name for a value: exact GELU,
            another epsilon than 1e-12, a projection between equal sizes or a
            way of sharing.
    """
    names = {ours: theirs for theirs, ours in _GOOGLE_ACTIVATIONS.items()}
    names["linear"] = "linear"
    act, eps = fields["hidden_act"], fields["layer_norm_eps"]
    if act not in names or eps != 1e-12:
        raise UserError(
            f"hidden_act={act!r} with layer_norm_eps={eps} cannot be said in "
            f"Google's format, which knows {', '.join(names)} with 1e-12"
        )
    if fields["project_equal_sizes"]:
        raise UserError(
            "project_equal_sizes=True cannot be said in Google's format, "
            "which projects only where embedding_size and hidden_size differ"
        )
    published = _published(fields)
    del published["layer_norm_eps"], published["classifier_dropout_prob"]
    return {**published, "hidden_act": names[act], **_UNUSED}


# === Both ===


def _take(values: dict[str, Any], source: str) -> dict[str, Any]:
    """The fields that are followed; what is absent has its default."""
    if "vocab_size" not in values:
        raise UserError("vocab_size is missing")
    for name, allowed in _ONLY.items():
        _check_only(values, name, allowed)
    known = {*_FOLLOWED, *_ONLY, *_UNUSED, *_WITHOUT_EFFECT}
    unknown = sorted(set(values) - known)
    if unknown:
        warn(f"{source}: unknown fields are not used: {', '.join(unknown)}")
    taken = {name: values[name] for name in _FOLLOWED if name in values}
    return {**_DEFAULTS, **taken}


def _check_only(values: dict[str, Any], name: str, allowed: Any) -> None:
    value = values.get(name)
    # Null, and an empty list for an empty dictionary, say nothing.
    if value not in (None, allowed) and (value or allowed):
        raise UserError(
            f"{name}={value!r} asks for something that is not built here; it "
            f"must be {allowed!r} or left out"
        )


def _translate(fields: dict[str, Any], activations: dict[str, str]) -> None:
    act = fields.get("hidden_act")
    if isinstance(act, str):
        fields["hidden_act"] = activations.get(act, act)


def _published(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields for the other libraries, which can share all or none."""
    values = dict(fields)
    del values["project_equal_sizes"]  # seen in the weights
    encoders = values.pop("num_parallel_encoders")
    if encoders > 1:
        raise UserError(
            f"num_parallel_encoders={encoders} cannot be said in another "
            "library's format, which has one encoder"
        )
    for name in VARIANTS:
        if value := values.pop(name):
            raise UserError(
                f"{name}={value!r} cannot be said in another library's format, "
                "which has no such models; albert_tf's own keeps it"
            )
    shared_norms = values.pop("shared_norms")
    sharing = values.pop("sharing")
    if sharing == "none":
        values["num_hidden_groups"] = values["num_hidden_layers"]
    elif sharing != "all":
        raise UserError(
            f"sharing={sharing!r} cannot be said in another library's "
            "format, which shares all or nothing"
        )
    shares = values["num_hidden_groups"] < values["num_hidden_layers"]
    if shares and not shared_norms:
        raise UserError(
            "shared_norms=False cannot be said in another library's format, "
            "where layers that share matrices share LayerNorm and biases too"
        )
    return values
