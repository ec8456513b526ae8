"""Classification that may stop before the last layer."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from albert_tf.checkpoints import Head
from albert_tf.config import EXIT_RULES
from albert_tf.errors import require, require_one_of
from albert_tf.layers.exit_heads import ExitHeads
from albert_tf.models.classifier import AlbertClassifier
from albert_tf.models.soft_output import SoftOutput


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertEarlyExitClassifier(AlbertClassifier):
    """A classifier with a head after every layer.

    The layers share their weights, so that what one of them gives is of the
    same kind as what the last one gives, and for an easy text the first few
    often say what all would. All heads are trained together: the loss of layer
    j counts j-fold (Kaya et al., 2019; Zhou et al., 2020, section 3.3), and
    each head also learns what the last one answers.

    Keras computes all layers and gives the logits of each. Run as a loop, as in
    an exported file, the layers end where the rule says so.

    Args:
        *args: those of `AlbertClassifier`.
        exit_rule: "confidence": a layer is the last where the probability of
            its label reaches the threshold (Schwartz et al., 2020);
            "patience": where so many layers before it gave the same label one
            after the other (Zhou et al., 2020).
        exit_threshold: a probability, or a number of layers; None for never.
        temperatures: what the logits of each layer are divided by before they
            become probabilities for the rule, N numbers; None for 1.
        **kwargs: those of `AlbertClassifier`.

    Raises:
        UserError: if the rule is another, or not every layer has a temperature
            above 0.
    """

    head = Head("AlbertEarlyExitClassifier")  # others have no such thing
    soft_outputs = {
        "logits": SoftOutput(labels="labels", layers="layer_logits")
    }
    label_axes = {
        "labels": {
            **AlbertClassifier.label_axes["labels"],
            "exits/kernel": (2,),
            "exits/bias": (1,),
        }
    }

    def __init__(
        self,
        *args,
        exit_rule: str = "confidence",
        exit_threshold: float | None = None,
        temperatures: Sequence[float] | None = None,
        **kwargs,
    ):
        require_one_of(EXIT_RULES, exit_rule=exit_rule)
        super().__init__(*args, **kwargs)
        layers = self.config.num_hidden_layers
        require(
            temperatures is None
            or (len(temperatures) == layers and min(temperatures) > 0),
            f"must be {layers} numbers above 0, one a layer",
            temperatures=temperatures,
        )
        self.exit_rule, self.exit_threshold = exit_rule, exit_threshold
        self.temperatures = None if temperatures is None else [*temperatures]
        self.exits = ExitHeads(
            self.config, layers - 1, len(self.labels), name="exits"
        )
        self.exits.build()

    def call(self, inputs, training=False, loop=False):
        """Scores the text.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as a loop that ends where the rule says so.

        Returns:
            `logits`, float32 [B, C], of the last layer that was computed; and
            of all layers `layer_logits`, float32 [B, N, C], or with `loop`
            `layers`, int32 [B], how many each text needed.
        """
        if loop:
            return self._run_until_exit(inputs)
        outputs = self.encoder(inputs, training=training, return_layers=True)
        mask = inputs["padding_mask"]
        kernels, biases = self._heads()
        vectors = ops.stack(
            [
                self.dropout(self.vector(x, mask), training=training)
                for x in outputs["hidden_states"][1:]
            ],
            axis=1,
        )
        logits = ops.einsum(
            "bnh,nhc->bnc", ops.cast(vectors, "float32"), kernels
        )
        logits = logits + biases
        return {"logits": logits[:, -1], "layer_logits": logits}

    def _heads(self):
        """Matrices [N, H, C] and biases [N, C] of all layers."""
        last = self.logits_dense
        return self.exits(*map(ops.convert_to_tensor, (last.kernel, last.bias)))

    def _run_until_exit(self, inputs) -> dict:
        mask = inputs["padding_mask"]
        x = self.encoder.embedding(inputs["token_ids"], inputs["segment_ids"])
        kernels, biases = self._heads()
        layers, classes = self.config.num_hidden_layers, len(self.labels)
        temperatures = ops.convert_to_tensor(
            self.temperatures or [1.0] * layers, "float32"
        )

        def read(layer, x, logits, label, alike, needed):
            vector = ops.cast(self.vector(x, mask), "float32")
            kernel = ops.slice(
                kernels, (layer, 0, 0), (1, vector.shape[-1], classes)
            )
            new = ops.matmul(vector, kernel[0]) + ops.slice(
                biases, (layer, 0), (1, classes)
            )
            # Not `argmax`: Keras looks at the bits, which no phone can.
            new_label = ops.cast(ops.top_k(new, 1)[1][:, 0], "int32")
            alike = ops.where(new_label == label, alike + 1, 0)
            scaled = new / ops.slice(temperatures, (layer,), (1,))
            is_last = ops.logical_or(
                self._is_sure(scaled, alike), layer + 1 == layers
            )
            is_out = needed > 0
            return (
                ops.where(is_out[:, None], logits, new),
                new_label,
                alike,
                ops.where(
                    is_out,
                    needed,
                    ops.where(is_last, layer + 1, ops.zeros_like(needed)),
                ),
            )

        none = ops.zeros_like(inputs["token_ids"][:, 0])
        start = ops.cast(none[:, None], "float32") + ops.zeros((classes,))
        logits, _, _, needed = self.encoder.transformer.run_until(
            x,
            mask,
            (start, none - 1, none, none),
            read,
            lambda logits, label, alike, needed: ops.all(needed > 0),
        )
        saved = 1 - ops.cast(needed, "float32") / layers
        return {"logits": logits, "saved_layers": saved}

    def _is_sure(self, logits, alike):
        """Whether the rule lets texts leave.

        Args:
            logits: float32 [B, C], by the layer's temperature.
            alike: int32 [B], how many layers before gave the same label.

        Returns:
            bool [B].
        """
        if self.exit_threshold is None:
            return ops.zeros_like(alike, dtype="bool")
        if self.exit_rule == "patience":
            return alike >= int(self.exit_threshold)
        probability = ops.max(ops.softmax(logits), axis=-1)
        return probability >= self.exit_threshold

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The losses of all layers, that of layer j counted j-fold.

        Of all but the last, the loss has besides the divergence from what the
        last one answers.

        Args:
            x: not used.
            y: class numbers, int [B], or what else the loss takes.
            y_pred: what `call` returned.
            sample_weight: float [B], or None.
            training: not used.

        Returns:
            A scalar.
        """
        logits = y_pred["layer_logits"]
        layers = self.config.num_hidden_layers
        taught = ops.softmax(ops.stop_gradient(logits[:, -1]))
        divergence = keras.losses.KLDivergence()
        total = 0.0
        for j in range(layers):
            loss = super().compute_loss(
                x, y, {"logits": logits[:, j]}, sample_weight, training
            )
            if j + 1 < layers:
                loss += divergence(
                    taught, ops.softmax(logits[:, j]), sample_weight
                )
            total += loss * (j + 1)
        return total * 2 / (layers * (layers + 1))

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "exit_rule": self.exit_rule,
            "exit_threshold": self.exit_threshold,
            "temperatures": self.temperatures,
        }
