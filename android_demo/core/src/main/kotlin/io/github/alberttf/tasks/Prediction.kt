package io.github.alberttf.tasks

import kotlin.math.exp

/**
 * The most likely label and the probabilities of all.
 *
 * @property scores every label's probability, highest first.
 * @property effort what it took.
 * @property savedLayers the share of layers that were not computed, by a model that stops where
 *   the answer is sure; null for others.
 */
public class Prediction internal constructor(
    public val scores: List<LabelScore>,
    public val effort: Effort,
    public val savedLayers: Double?,
) {
    /** The label with the highest probability. */
    public val label: String get() = scores[0].label

    /** Its probability. */
    public val score: Double get() = scores[0].score

    override fun toString(): String = "$label ($score)"

    internal companion object {
        fun of(
            logits: FloatArray,
            labels: List<String>,
            effort: Effort,
            savedLayers: Double? = null,
        ): Prediction {
            val highest = logits.maxOrNull() ?: 0f
            val exponentials = logits.map { exp((it - highest).toDouble()) }
            val total = exponentials.sum()
            return Prediction(ranked(labels, exponentials.map { it / total }), effort, savedLayers)
        }

        fun ranked(
            labels: List<String>,
            scores: List<Double>,
        ): List<LabelScore> = labels.zip(scores, ::LabelScore).sortedByDescending { it.score }
    }
}
