package io.github.alberttf.demo.state

/** A label and its probability, 0 to 1; or a sentence and its cosine. */
data class Score(
    val label: String,
    val probability: Float,
)
