package io.github.alberttf.tasks

/** The sequence of tags with the highest sum of scores (Viterbi, 1967). */
internal object Viterbi {
    /**
     * @param scores of each of C tags at each word.
     * @param transitions float [[C + 1, C]], flattened, see [Tags.allowed].
     * @return the tag of each word.
     */
    fun path(
        scores: List<FloatArray>,
        transitions: FloatArray,
    ): IntArray {
        if (scores.isEmpty()) return IntArray(0)
        val size = scores[0].size
        var best = FloatArray(size) { transitions[size * size + it] + scores[0][it] }
        val cameFrom = Array(scores.size) { IntArray(size) }
        for (word in 1 until scores.size) {
            val next = FloatArray(size)
            for (to in 0 until size) {
                var from = 0
                for (other in 1 until size) {
                    val isBetter =
                        best[other] + transitions[other * size + to] >
                            best[from] + transitions[from * size + to]
                    if (isBetter) from = other
                }
                cameFrom[word][to] = from
                next[to] = best[from] + transitions[from * size + to] + scores[word][to]
            }
            best = next
        }
        val path = IntArray(scores.size)
        for (tag in 1 until size) if (best[tag] > best[path.last()]) path[path.size - 1] = tag
        for (word in path.size - 1 downTo 1) path[word - 1] = cameFrom[word][path[word]]
        return path
    }
}
