package io.github.alberttf.tasks

/**
 * A part of a text and what it is.
 *
 * @property text the part, character for character.
 * @property start where it begins in the text, in UTF-16 units.
 * @property end where it ends, exclusive.
 * @property label what it is.
 * @property score mean probability of the tags of its words.
 */
public data class TaggedSpan(
    val text: String,
    val start: Int,
    val end: Int,
    val label: String,
    val score: Double,
)
