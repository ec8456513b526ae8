"""A SavedModel in TensorFlow."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

import numpy as np

from albert_tf.errors import UserError
from export.quiet import quiet
from export.saved_model_files import bundle_of, find_version


class ServedModel:
    """Runs the signature `tokens` of a SavedModel, one sequence at a time.

    Args:
        path: what `to_saved_model` wrote, a version or all of them, of which
            the last one counts.

    Attributes:
        bundle: what travels with the network.

    Raises:
        UserError: if it is missing, damaged or of another origin, or needs
            tensorflow-text, which is not installed.
    """

    def __init__(self, path: str | os.PathLike):
        self.bundle = bundle_of(path)
        version = find_version(path)
        import tensorflow as tf

        with contextlib.suppress(ImportError):  # it may take tokens alone
            import tensorflow_text  # noqa: F401, its operators
        try:
            with quiet():
                self._loaded = tf.saved_model.load(str(version))
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise UserError(
                f"{version}: TensorFlow does not load it; what takes texts "
                f"needs tensorflow-text: pip install 'albert-tf[saved-model]' "
                f"({error})"
            ) from error
        self._run = self._loaded.signatures["tokens"]

    def output_size(self, name: str) -> int | None:
        """How many numbers an output has at its end; None if there is none."""
        outputs = self._run.structured_outputs
        return outputs[name].shape[-1] if name in outputs else None

    def __call__(
        self, features: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Runs sequences.

        Args:
            features: `token_ids`, `segment_ids` and `padding_mask`, each
                int32 [B, L].

        Returns:
            The model's outputs by name, such as `logits`, float32 [B, C].

        Raises:
            UserError: if L is more than the model has positions.
        """
        self.bundle.check_length(features["token_ids"].shape[-1])
        import tensorflow as tf

        tensors = {n: tf.constant(v) for n, v in features.items()}
        return {n: v.numpy() for n, v in self._run(**tensors).items()}
