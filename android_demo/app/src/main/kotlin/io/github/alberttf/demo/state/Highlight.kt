package io.github.alberttf.demo.state

/**
 * A part of a text.
 *
 * @property start its first UTF-16 unit.
 * @property end the one after its last.
 * @property label what it is; "" for an answer.
 * @property score its probability.
 */
data class Highlight(
    val start: Int,
    val end: Int,
    val label: String,
    val score: Float,
)
