package io.github.alberttf.demo.state

/**
 * How an answer came about.
 *
 * @property tokens how many the model read, in all sequences.
 * @property milliseconds from text to answer.
 * @property loadMilliseconds what opening the file took before; null if it was open.
 * @property savedLayers the share of layers that were not computed; null if all are always.
 * @property backend what computed it.
 */
data class RunInfo(
    val tokens: Int,
    val milliseconds: Double,
    val loadMilliseconds: Double?,
    val savedLayers: Double?,
    val backend: String,
)
