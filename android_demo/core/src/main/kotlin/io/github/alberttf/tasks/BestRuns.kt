package io.github.alberttf.tasks

/** The runs of tokens with the highest scores, in their order; of equal ones the first stay. */
internal class BestRuns(
    private val most: Int,
) {
    private val scores = DoubleArray(most)
    private val firsts = IntArray(most)
    private val lasts = IntArray(most)
    var size = 0
        private set

    fun add(
        first: Int,
        last: Int,
        score: Double,
    ) {
        if (size == most && score <= scores[most - 1]) return
        var place = if (size < most) size else most - 1
        while (place > 0 && scores[place - 1] < score) {
            scores[place] = scores[place - 1]
            firsts[place] = firsts[place - 1]
            lasts[place] = lasts[place - 1]
            place -= 1
        }
        scores[place] = score
        firsts[place] = first
        lasts[place] = last
        if (size < most) size += 1
    }

    fun first(place: Int): Int = firsts[place]

    fun last(place: Int): Int = lasts[place]

    fun score(place: Int): Double = scores[place]
}
