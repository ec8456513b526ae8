package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.Normalization
import io.github.alberttf.unicode.UnicodeData

/** Drops marks that take no room (category Mn). */
internal object UnmarkedText {
    private const val BLANK = 0x20

    /**
     * What is left of a text whose characters are decomposed, but not in canonical order.
     *
     * A dropped mark belongs to the letter before it.
     */
    fun of(traced: TracedText): TracedText {
        val codes = traced.codes
        val kept = TracedText(traced.size)
        var isOdd = false
        for (place in 0 until traced.size) {
            val code = codes[place]
            // Nearly all characters: neither marks nor anything that is put in order.
            if (code < FIRST_MARK) {
                kept.add(code, traced.start(place), traced.end(place))
            } else if (UnicodeData.isNonSpacingMark(code)) {
                extend(kept, traced.end(place))
            } else {
                isOdd = isOdd || UnicodeData.combiningClass(code) != 0
                kept.add(code, traced.start(place), traced.end(place))
            }
        }
        if (isOdd) order(traced, kept)
        return kept
    }

    private fun extend(
        kept: TracedText,
        end: Int,
    ) {
        var letter = kept.size - 1
        // The blank behind an ideograph has the same start.
        if (letter > 0 &&
            kept.codes[letter] == BLANK &&
            kept.start(letter) == kept.start(letter - 1)
        ) {
            letter -= 1
        }
        if (letter >= 0 && !UnicodeData.isSpace(kept.codes[letter])) kept.setEnd(letter, end)
    }

    /** Some marks that stay are put in order, together with those that go. */
    private fun order(
        traced: TracedText,
        kept: TracedText,
    ) {
        val codes = traced.codes.copyOf(traced.size)
        Normalization.order(codes, codes.size)
        var place = 0
        for (code in codes) {
            if (UnicodeData.isNonSpacingMark(code)) continue
            kept.codes[place] = code
            place += 1
        }
    }

    private const val FIRST_MARK = 0x300
}
