"""The tags that a model gives to texts, in a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from albert_tf.tagging.graph_viterbi import graph_viterbi
from albert_tf.tagging.graph_words import GraphWords
from albert_tf.tagging.tag_prediction import tag_after
from albert_tf.tagging.tags import BEGINS, ENDS, OUTSIDE, kind_of
from albert_tf.tokenizers.graph_map import rows_of

_NO_KIND = -1


class GraphTags(tf.Module):
    """Does in the graph what `TagPrediction.from_logits` does.

    Args:
        labels: C tags.
        has_entities: whether the tags are those of entities.
    """

    def __init__(self, labels: Sequence[str], has_entities: bool):
        super().__init__()
        self._has_entities = has_entities
        # Also those of words that the model does not see by themselves.
        after = [tag_after([tag], has_entities) for tag in labels]
        first = tag_after([], has_entities)
        names = [*dict.fromkeys([*labels, *after, first])]
        self._names = tf.constant(names)
        self._after = tf.constant([*map(names.index, after)])
        self._first = names.index(first)
        if not has_entities:
            return
        kinds = [*dict.fromkeys(map(kind_of, names))]
        kinds = [kind for kind in kinds if kind is not None]
        numbers = {None: _NO_KIND} | {k: i for i, k in enumerate(kinds)}
        kind = [numbers[kind_of(name)] for name in names]
        self._kinds = tf.constant(kinds)
        self._kind = tf.constant(kind)
        self._begins = tf.constant([name[0] in BEGINS for name in names])
        self._open = tf.constant(
            [
                _NO_KIND if name[0] in ENDS else number
                for name, number in zip(names, kind, strict=True)
            ]
        )

    def __call__(self, logits, transitions, rows) -> dict:
        """The best path through the scores of all words of each text.

        Args:
            logits: float32 [R, L, C], of all tokens.
            transitions: float32 [C + 1, C], see `viterbi`.
            rows: what `GraphTagWindows` made.

        Returns:
            `words` and `tags`, string [B, W]; and of the entities, or of the
            words where tags are classes of them, `texts` and `labels`, string
            [B, K], `starts` and `ends`, int32 [B, K], and `scores`, float32
            [B, K]; filled up with "", -1 and 0.
        """
        words, characters = rows["words"], rows["texts"]
        tags, scores = self._best(logits, transitions, rows)
        names = tf.gather(self._names, tags)
        number = tf.range(tf.size(tags))
        first = last = number
        labels = names
        if self._has_entities:
            names, labels, first, last = self._entities(words, tags)
        size = last - first + 1
        behind = tf.cumsum(size)
        part = rows_of(behind)
        place = tf.gather(first - behind + size, part)
        place += tf.range(tf.size(part))
        sums = tf.math.segment_sum(tf.gather(scores, place), part)
        of = tf.gather(words.rows, first)
        starts, ends = (
            tf.gather(words.starts, first),
            tf.gather(words.ends, last),
        )

        def table(values, owners, default):
            ragged = tf.RaggedTensor.from_value_rowids(
                values,
                tf.cast(owners, tf.int64),
                tf.cast(characters.size, tf.int64),
            )
            return ragged.to_tensor(default)

        return {
            "words": table(characters.parts(*words), words.rows, ""),
            "tags": table(names, words.rows, ""),
            "texts": table(characters.parts(of, starts, ends), of, ""),
            "labels": table(labels, of, ""),
            "starts": table(starts, of, -1),
            "ends": table(ends, of, -1),
            "scores": table(
                tf.cast(sums / tf.cast(size, tf.float64), tf.float32), of, 0.0
            ),
        }

    def _best(self, logits, transitions, rows):
        """The tag of each word, int32 [W], and its probability, float64 [W]."""
        words, places = rows["words"], rows["places"]
        has_token = places[:, 0] >= 0
        seen = tf.boolean_mask(words.rows, has_token)
        logits = tf.gather_nd(logits, tf.boolean_mask(places, has_token))
        by_text = tf.RaggedTensor.from_value_rowids(
            logits,
            tf.cast(seen, tf.int64),
            tf.cast(rows["texts"].size, tf.int64),
        )
        lengths = tf.cast(by_text.row_lengths(), tf.int32)
        path = graph_viterbi(by_text.to_tensor(), lengths, transitions)
        path = tf.RaggedTensor.from_tensor(path, lengths).flat_values
        scores = tf.nn.softmax(logits)
        scores = tf.gather(scores, path, batch_dims=1)
        # What the model does not see goes on with the word before it.
        before = tf.cumsum(tf.cast(has_token, tf.int32)) - 1
        begin = tf.gather(tf.cumsum(lengths, exclusive=True), words.rows)
        is_first = before < begin
        before = tf.where(is_first, 0, before)
        tag = tf.gather(tf.concat([path, [0]], 0), before)
        score = tf.gather(tf.concat([scores, [0.0]], 0), before)
        tag = tf.where(has_token, tag, tf.gather(self._after, tag))
        return (
            tf.where(is_first, self._first, tag),
            tf.cast(tf.where(is_first, 0.0, score), tf.float64),
        )

    def _entities(self, words: GraphWords, tags):
        """BIO and the entities.

        Returns:
            Tags, string [W]; what entities are, string [E]; their first and
            their last words, int32 [E].
        """
        kind = tf.gather(self._kind, tags)
        is_inside = kind != _NO_KIND
        before = tf.gather(self._open, tags)[:-1]
        before = tf.where(words.rows[1:] == words.rows[:-1], before, _NO_KIND)
        before = tf.concat([[_NO_KIND], before], 0)[: tf.size(tags)]
        begins = is_inside & (tf.gather(self._begins, tags) | (kind != before))
        first = tf.cast(tf.where(begins)[:, 0], tf.int32)
        entity = tf.cumsum(tf.cast(begins, tf.int32)) - 1
        places = tf.cast(tf.where(is_inside)[:, 0], tf.int32)
        last = tf.math.segment_max(places, tf.gather(entity, places))
        kinds = tf.gather(self._kinds, tf.maximum(kind, 0))
        names = tf.where(begins, "B-", "I-") + kinds
        names = tf.where(is_inside, names, OUTSIDE)
        return names, tf.gather(kinds, first), first, last
