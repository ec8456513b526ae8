package io.github.alberttf.tasks

import kotlin.math.exp
import kotlin.math.ln

/**
 * The best answers in the windows of one context.
 *
 * @param hasOdds for models that say by a logit of its own whether there is no answer: no answer
 *   then has the probability that this logit says, and the logit is what the threshold is for.
 */
internal class Candidates(
    private val context: String,
    private val hasOdds: Boolean,
) {
    private class Place(
        val start: Int,
        val end: Int,
        val score: Double,
    )

    /** By where they begin and end. */
    private val scores = LinkedHashMap<Long, Double>()
    private var none = Double.POSITIVE_INFINITY

    /**
     * Takes some words. Where the same are in several windows, the highest score counts.
     */
    fun add(
        start: Int,
        end: Int,
        score: Double,
    ) {
        val key = (start.toLong() shl 32) or end.toLong()
        scores[key] = maxOf(score, scores[key] ?: score)
    }

    /** Takes what no answer scores; the lowest counts, as one window only needs to have it. */
    fun addNone(score: Double) {
        none = minOf(none, score)
    }

    /**
     * The best words of all windows.
     *
     * @param threshold how much better no answer must score to be given; null if there is always
     *   an answer.
     */
    fun answer(
        threshold: Double?,
        effort: Effort,
    ): AnswerPrediction {
        val places =
            scores.entries
                .sortedByDescending { it.value }
                .take(MOST)
                .map { Place((it.key shr 32).toInt(), it.key.toInt(), it.value) }
                .toMutableList()
        val noAnswer = if (hasOdds) none else noneAgainst(places)
        if (threshold != null || places.isEmpty()) {
            places.add(Place(-1, -1, if (hasOdds) none + sumOfLogs(places) else none))
            places.sortByDescending { it.score }
        }
        val answers = probabilities(places).zip(places) { score, place -> answer(place, score) }
        val words = answers.firstOrNull { it.text.isNotEmpty() } ?: answers[0]
        val nothing = answers.firstOrNull { it.text.isEmpty() }
        val isNone = threshold != null && noAnswer > threshold
        val best = if (isNone && nothing != null) nothing else words
        return AnswerPrediction(best, words, noAnswer, answers, effort)
    }

    private fun noneAgainst(places: List<Place>): Double = if (places.isEmpty()) 0.0 else none - places[0].score

    private fun sumOfLogs(places: List<Place>): Double {
        val highest = places.firstOrNull()?.score ?: return 0.0
        return highest + ln(places.sumOf { exp(it.score - highest) })
    }

    private fun probabilities(places: List<Place>): List<Double> {
        val exponentials = places.map { exp(it.score - places[0].score) }
        val total = exponentials.sum()
        return exponentials.map { it / total }
    }

    private fun answer(
        place: Place,
        score: Double,
    ): Answer {
        val text = if (place.start < 0) "" else context.substring(place.start, place.end)
        return Answer(text, place.start, place.end, score)
    }

    companion object {
        /** Of candidates, as in the official code. */
        const val MOST = 20
    }
}
