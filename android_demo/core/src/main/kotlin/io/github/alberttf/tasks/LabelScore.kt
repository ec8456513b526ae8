package io.github.alberttf.tasks

/** A label and its probability. */
public data class LabelScore(
    val label: String,
    val score: Double,
)
