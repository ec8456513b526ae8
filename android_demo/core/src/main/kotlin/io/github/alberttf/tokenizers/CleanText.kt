package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.CharacterMap
import io.github.alberttf.unicode.FinalSigma
import io.github.alberttf.unicode.Normalization
import io.github.alberttf.unicode.UnicodeData

/**
 * ALBERT's text clean-up, `preprocess_text` in the official tokenization.py.
 *
 * Runs of white space become one blank, compatibility characters are decomposed (NFKD), combining
 * marks are dropped, then letters lower-cased; all but what the settings leave out. A dropped mark
 * belongs to the character before it.
 */
internal class CleanText(
    private val settings: TokenizerSettings,
) {
    private val strips = settings.stripAccents != false
    private val map = CharacterMap(::become)

    /** Writes the text into [cleaned], in the place of what is there. */
    fun clean(
        text: String,
        cleaned: TracedText,
    ) {
        cleaned.clear()
        var blankStart = -1
        var hasWord = false
        var hasSigma = false
        var place = 0
        while (place < text.length) {
            val start = place
            val code = codeAt(text, place)
            place += unitsOf(code)
            val page = map.page(code)
            val value = page.values[code and 255]
            if (value == BLANK) {
                if (blankStart < 0) blankStart = start
                continue
            }
            if (blankStart >= 0 && hasWord) cleaned.add(' '.code, blankStart, start)
            blankStart = -1
            hasWord = true
            if (value < 0) {
                hasSigma = addRow(page.rows[-1 - value], start, place, cleaned) || hasSigma
            } else if (isQuote(text, code, place)) {
                place += 1
                cleaned.add('"'.code, start, place)
            } else {
                hasSigma = hasSigma || value == FinalSigma.CAPITAL
                cleaned.add(value, start, place)
            }
        }
        if (hasSigma && settings.lowercase) FinalSigma.apply(cleaned.codes, cleaned.size)
    }

    /** Whether there was a capital sigma. */
    private fun addRow(
        row: IntArray,
        start: Int,
        end: Int,
        cleaned: TracedText,
    ): Boolean {
        var hasSigma = false
        for (code in row) {
            if (code == MARK) {
                cleaned.extendLast(end)
            } else {
                hasSigma = hasSigma || code == FinalSigma.CAPITAL
                cleaned.add(code, start, end)
            }
        }
        return hasSigma
    }

    /** Hugging Face's rule for quotes of LaTeX. */
    private fun isQuote(
        text: String,
        code: Int,
        next: Int,
    ): Boolean =
        settings.followsTransformers &&
            (code == '`'.code || code == '\''.code) &&
            next < text.length &&
            text[next].code == code

    /** What becomes of a character; a capital sigma stays until all its neighbours are known. */
    private fun become(code: Int): IntArray {
        if (settings.collapseSpaces && UnicodeData.isSpace(code)) return intArrayOf(BLANK)
        val parts =
            if (strips) Normalization.decompose(code, compatible = true) else intArrayOf(code)
        val found = ArrayList<Int>()
        for (part in parts) {
            if (strips && UnicodeData.combiningClass(part) != 0) {
                // Behind a character of the same source there is nothing to extend.
                if (found.isEmpty()) found.add(MARK)
            } else if (part == FinalSigma.CAPITAL && settings.lowercase) {
                val isPlain = settings.followsTransformers && code == part
                found.add(if (isPlain) FinalSigma.SMALL else part)
            } else if (settings.lowercase) {
                found.addAll(UnicodeData.toLower(part).asList())
            } else {
                found.add(part)
            }
        }
        // A row of its own, so that a mark is never taken for a character.
        return if (found == listOf(MARK)) intArrayOf(MARK, MARK) else found.toIntArray()
    }

    private companion object {
        const val BLANK = UnicodeData.LAST_CODE + 1
        const val MARK = UnicodeData.LAST_CODE + 2
    }
}
