"""What a pre-trainer's heads say of several layers."""

from collections.abc import Sequence

from albert_tf.models.pretrainer import AlbertPretrainer


def layer_scores(
    model: AlbertPretrainer,
    inputs: dict,
    layers: Sequence[int],
    training: bool = False,
) -> list[dict]:
    """Scores as if the model ended after each of some layers.

    The layers are computed once, and all depths have the same heads.

    Args:
        model: what is pre-trained.
        inputs: as the model takes them.
        layers: after which, counted from 1; the last is N.
        training: whether dropout is on.

    Returns:
        For each of the layers what `AlbertPretrainer.score` adds.
    """
    encoder = model.encoder
    states = encoder(inputs, training=training, return_layers=True)
    scores = []
    for layer in layers:
        x = states["hidden_states"][layer]
        outputs = {"sequence_output": x}
        if encoder.pooler is not None:
            outputs["pooled_output"] = encoder.pooler(x[:, 0, :])
        scores.append(model.score(outputs, inputs["masked_positions"]))
    return scores
