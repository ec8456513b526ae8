package io.github.alberttf.tasks

import io.github.alberttf.tokenizers.codeAt
import io.github.alberttf.tokenizers.unitsOf
import io.github.alberttf.unicode.CharacterMap
import io.github.alberttf.unicode.IntList
import io.github.alberttf.unicode.UnicodeData

/**
 * The words of a text, to give tags to.
 *
 * A word is a run of letters, digits and what is put on them; every other character that is not
 * blank is a word of its own, and so is each character of a script that puts no blanks between
 * words.
 *
 * @param text without half surrogate pairs.
 */
internal class Words(
    text: String,
) {
    private val begins = IntList(text.length / 5)
    private val limits = IntList(text.length / 5)

    val size: Int get() = begins.size

    init {
        var begin = 0
        var first = 0
        var kind = if (text.isEmpty()) BLANK else kindOf(codeAt(text, 0))
        var place = 0
        while (place < text.length) {
            if (place == begin) first = kind
            place += unitsOf(codeAt(text, place))
            val next = if (place < text.length) kindOf(codeAt(text, place)) else BLANK
            if (!goesOn(first, kind, next)) {
                if (first != BLANK) {
                    begins.add(begin)
                    limits.add(place)
                }
                begin = place
            }
            kind = next
        }
    }

    /** Where a word begins, in UTF-16 units. */
    fun start(word: Int): Int = begins[word]

    /** Where it ends, exclusive. */
    fun end(word: Int): Int = limits[word]

    private fun goesOn(
        first: Int,
        kind: Int,
        next: Int,
    ): Boolean =
        when (next) {
            MARK -> true
            LETTER -> kind == LETTER || (kind == MARK && first == LETTER)
            else -> false
        }

    private companion object {
        const val BLANK = 0
        const val MARK = 1
        const val LETTER = 2
        const val SINGLE = 3

        val kinds = CharacterMap { intArrayOf(kind(it)) }

        fun kindOf(code: Int): Int = kinds.page(code).values[code and 255]

        fun kind(code: Int): Int =
            when {
                UnicodeData.isMark(code) -> MARK
                UnicodeData.isSpace(code) || UnicodeData.isControl(code) -> BLANK
                UnicodeData.isUnspaced(code) -> SINGLE
                UnicodeData.isLetterOrNumber(code) -> LETTER
                else -> SINGLE
            }
    }
}
