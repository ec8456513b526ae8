"""Tagging by a model that knows which tag follows which."""

from __future__ import annotations

from albert_tf.tasks.tagging import Tagging


class CrfTagging(Tagging):
    """As `Tagging`, with transitions between tags that are learned."""

    name = "crf_tagging"
    model_name = "AlbertCrfTagger"

    def transitions(self, outputs):
        """The learned ones, and never what BIO does not allow."""
        return super().transitions(outputs) + outputs["transitions"][0]
