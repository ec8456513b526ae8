package io.github.alberttf.tokenizers

/** For each place in a text the best piece that ends there. */
internal class Lattice {
    /** The sum of the scores of the best pieces up to a place. */
    var sums = FloatArray(0)
        private set

    /** The id of the last one of them. */
    var ids = IntArray(0)
        private set

    /** Where the piece ends that begins at a place, if it is on the best way. */
    var ends = IntArray(0)
        private set

    /** Makes room for a text of so many characters, all of which are [unknownId] yet. */
    fun reset(
        size: Int,
        unknownId: Int,
    ) {
        if (sums.size <= size) {
            sums = FloatArray(size + 1)
            ids = IntArray(size + 1)
            ends = IntArray(size + 1)
        }
        ids.fill(unknownId, 0, size + 1)
        sums.fill(Float.NEGATIVE_INFINITY, 0, size + 1)
        sums[0] = 0f
    }

    /**
     * Takes a piece if it is the best one yet that ends there.
     *
     * Written so that it needs no jump: none would be foreseen by a processor.
     */
    fun offer(
        id: Int,
        end: Int,
        sum: Float,
    ) {
        val old = sums[end]
        val oldId = ids[end]
        sums[end] = maxOf(sum, old)
        ids[end] = if (sum > old) id else oldId
    }

    /** Follows the best way back from the end of the text, so that it can be gone from its begin. */
    fun turn(
        size: Int,
        lengths: IntArray,
    ) {
        var end = size
        while (end > 0) {
            val begin = end - lengths[ids[end]]
            ends[begin] = end
            end = begin
        }
    }
}
