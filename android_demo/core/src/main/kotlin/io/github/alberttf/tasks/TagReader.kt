package io.github.alberttf.tasks

import kotlin.math.exp

/**
 * Turns scores of words into tags and entities.
 *
 * @param labels the C tags.
 */
internal class TagReader(
    private val labels: List<String>,
) {
    private val hasEntities = Tags.areEntities(labels)

    /** What BIO allows, see [Tags.allowed]. */
    val allowed: FloatArray = Tags.allowed(labels)

    /**
     * The best path through the scores of all words.
     *
     * @param logits C numbers for each word; null for a word without a token of its own, which
     *   gets what the word before it has.
     */
    fun read(
        text: String,
        words: Words,
        logits: List<FloatArray?>,
        transitions: FloatArray,
        effort: Effort,
    ): TagPrediction {
        val path = Viterbi.path(logits.filterNotNull(), transitions)
        val tags = ArrayList<String>(words.size)
        val scores = ArrayList<Double>(words.size)
        var step = 0
        for (row in logits) {
            if (row == null) {
                tags.add(after(tags.lastOrNull()))
                scores.add(scores.lastOrNull() ?: 0.0)
            } else {
                tags.add(labels[path[step]])
                scores.add(probability(row, path[step]))
                step += 1
            }
        }
        val given = if (hasEntities) Tags.toBio(tags) else tags
        return TagPrediction(given, spans(text, words, given, scores), effort)
    }

    /** The tag of a word that the model does not see by itself. */
    private fun after(tag: String?): String =
        when {
            tag == null -> Tags.OUTSIDE
            !hasEntities || tag == Tags.OUTSIDE -> tag
            else -> "I-${Tags.kindOf(tag)}"
        }

    private fun probability(
        logits: FloatArray,
        tag: Int,
    ): Double {
        val highest = logits.max()
        return exp((logits[tag] - highest).toDouble()) /
            logits.sumOf { exp((it - highest).toDouble()) }
    }

    private fun spans(
        text: String,
        words: Words,
        tags: List<String>,
        scores: List<Double>,
    ): List<TaggedSpan> {
        val spans = ArrayList<TaggedSpan>()
        var first = 0
        while (first < tags.size) {
            var last = first
            if (hasEntities) {
                while (last + 1 < tags.size && tags[last + 1].startsWith("I-")) last += 1
            }
            val label = if (hasEntities) Tags.kindOf(tags[first]) else tags[first]
            if (label != null) {
                val score = scores.subList(first, last + 1).average()
                val start = words.start(first)
                val end = words.end(last)
                spans.add(TaggedSpan(text.substring(start, end), start, end, label, score))
            }
            first = last + 1
        }
        return spans
    }
}
