package io.github.alberttf.tokenizers

/**
 * Text that is one token wherever it is written, as Hugging Face has it.
 *
 * @property content the text.
 * @property id its number; null for that of the piece of this text or, where there is none, for
 *   the next number behind the vocabulary.
 * @property special whether it is looked for in the text as it stands, and not in lower case.
 * @property lstrip whether white space before it goes with it.
 * @property rstrip whether white space after it goes with it.
 * @property singleWord whether it must stand between blanks.
 * @property normalized whether it, too, was added in lower case.
 */
internal class AddedToken(
    val content: String,
    val id: Int?,
    val special: Boolean = false,
    val lstrip: Boolean = false,
    val rstrip: Boolean = false,
    val singleWord: Boolean = false,
    val normalized: Boolean = true,
) {
    /** Whether lower-casing leaves it alone where it is written so. */
    val keepsCase: Boolean get() = special || normalized

    fun withId(id: Int) = AddedToken(content, id, special, lstrip, rstrip, singleWord, normalized)
}
