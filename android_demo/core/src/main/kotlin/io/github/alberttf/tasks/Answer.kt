package io.github.alberttf.tasks

/**
 * Some words of a context, or none.
 *
 * @property text the words as they stand there; "" for no answer.
 * @property start where they begin in the context, in UTF-16 units; -1 for no answer.
 * @property end where they end, exclusive; -1 for no answer.
 * @property score the probability, among the candidates.
 */
public data class Answer(
    val text: String,
    val start: Int,
    val end: Int,
    val score: Double,
)
