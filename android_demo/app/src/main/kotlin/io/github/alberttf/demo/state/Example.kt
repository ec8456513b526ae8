package io.github.alberttf.demo.state

/**
 * A text, and what Python's answer with the same file is.
 *
 * @property text to be read.
 * @property passage a second text, for tasks that take one.
 * @property tokenIds the ids of each sequence that the model is given.
 * @property best the label, intent, answer or most alike sentence; "" where the task has none.
 * @property highlights the marked words; none for an answer, whose words are [best].
 */
data class Example(
    val text: String,
    val passage: String?,
    val tokenIds: List<List<Int>>,
    val best: String,
    val highlights: List<Highlight>,
)
