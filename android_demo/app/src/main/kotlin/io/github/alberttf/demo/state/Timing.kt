package io.github.alberttf.demo.state

/**
 * How long sequences of one length take.
 *
 * @property tokens their length.
 * @property median in milliseconds.
 * @property p95 that 95 of 100 do not exceed, in milliseconds.
 */
data class Timing(
    val tokens: Int,
    val median: Double,
    val p95: Double,
) {
    companion object {
        /** Of times in milliseconds, in any order; one at least. */
        fun of(
            tokens: Int,
            times: List<Double>,
        ): Timing {
            val sorted = times.sorted()
            return Timing(tokens, quantile(sorted, MEDIAN), quantile(sorted, P95))
        }

        private fun quantile(
            sorted: List<Double>,
            share: Double,
        ): Double = sorted[Math.ceil(share * sorted.size).toInt() - 1]

        private const val MEDIAN = 0.5
        private const val P95 = 0.95
    }
}
