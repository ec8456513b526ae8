package io.github.alberttf.demo.state

/**
 * All that the benchmark shows.
 *
 * @property rows what was measured so far.
 * @property isRunning whether more is to come.
 * @property agreement how many of Python's answers the device gives too; null if not compared.
 * @property memoryMegabytes what the process occupies after the last row; null before it.
 * @property backend what computed it; "" before.
 * @property failure why there is no more; null if nothing failed.
 */
data class BenchmarkState(
    val rows: List<Timing> = emptyList(),
    val isRunning: Boolean = false,
    val agreement: Agreement? = null,
    val memoryMegabytes: Double? = null,
    val backend: String = "",
    val failure: Phase.Failed? = null,
)
