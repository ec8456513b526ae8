package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.CharacterMap
import io.github.alberttf.unicode.FinalSigma
import io.github.alberttf.unicode.Normalization
import io.github.alberttf.unicode.UnicodeData

/**
 * BERT's text clean-up, `BasicTokenizer` in the official tokenization.py.
 *
 * Control characters go, ideographs and punctuation marks become words, letters are lower-cased
 * and lose their accents; all but what the settings leave out.
 *
 * @param strips whether accents are dropped.
 */
internal class BasicText(
    private val settings: TokenizerSettings,
    private val strips: Boolean,
) {
    private val follows = settings.followsTransformers

    /** Changes nothing, but for places, where marks are taken apart and dropped afterwards. */
    private val composes = follows && !strips
    private val before = CharacterMap(::clean)
    private val after = CharacterMap(::takeApart)
    private val last = CharacterMap(::part)

    /** The words of a text, with one blank between them. */
    fun clean(text: String): TracedText {
        var traced = firstHalf(text)
        if (composes) traced = ComposedText.of(traced)
        if (settings.lowercase) traced = lower(traced)
        if (strips) traced = UnmarkedText.of(mapped(traced, after))
        return words(mapped(traced, last))
    }

    private fun firstHalf(text: String): TracedText {
        val traced = TracedText(text.length + text.length / 4)
        var place = 0
        while (place < text.length) {
            val code = codeAt(text, place)
            val end = place + unitsOf(code)
            add(before, code, place, end, traced)
            place = end
        }
        return traced
    }

    private fun mapped(
        traced: TracedText,
        map: CharacterMap,
    ): TracedText {
        val found = TracedText(traced.size + traced.size / 4)
        for (place in 0 until traced.size) {
            add(map, traced.codes[place], traced.start(place), traced.end(place), found)
        }
        return found
    }

    private fun add(
        map: CharacterMap,
        code: Int,
        start: Int,
        end: Int,
        traced: TracedText,
    ) {
        val page = map.page(code)
        val value = page.values[code and 255]
        if (value >= 0) {
            traced.add(value, start, end)
        } else {
            for (item in page.rows[-1 - value]) traced.add(item, start, end)
        }
    }

    private val small =
        CharacterMap { code ->
            // Left until all its neighbours are known.
            if (code == FinalSigma.CAPITAL) intArrayOf(code) else UnicodeData.toLower(code)
        }

    private fun lower(traced: TracedText): TracedText {
        val found = mapped(traced, small)
        for (place in 0 until found.size) {
            if (found.codes[place] == FinalSigma.CAPITAL) {
                FinalSigma.apply(found.codes, found.size)
                break
            }
        }
        return found
    }

    /** What becomes of each character first. */
    private fun clean(code: Int): IntArray {
        // There, letter by letter at first.
        val isEarly = follows && settings.lowercase
        val smalls =
            when {
                !isEarly -> intArrayOf(code)
                code == FinalSigma.CAPITAL -> intArrayOf(FinalSigma.SMALL)
                else -> UnicodeData.toLower(code)
            }
        return smalls.flatMap(::cleanCased).toIntArray()
    }

    private fun cleanCased(code: Int): List<Int> {
        val isControl = if (follows) UnicodeData.isOther(code) else UnicodeData.isControl(code)
        return when {
            code in LINES || UnicodeData.isBlank(code) -> listOf(BLANK)
            code == 0 || code == REPLACEMENT || isControl -> emptyList()
            settings.splitIdeographs && IDEOGRAPHS.any { code in it } -> listOf(BLANK, code, BLANK)
            else -> listOf(code)
        }
    }

    private fun takeApart(code: Int): IntArray = Normalization.decompose(code, compatible = false)

    /** Punctuation marks get blanks around them; all white space is a blank. */
    private fun part(code: Int): IntArray =
        when {
            UnicodeData.isSpace(code) -> intArrayOf(BLANK)
            code in MARKS || UnicodeData.isPunctuation(code) -> intArrayOf(BLANK, code, BLANK)
            else -> intArrayOf(code)
        }

    private fun words(traced: TracedText): TracedText {
        val found = TracedText(traced.size)
        var isBetween = false
        for (place in 0 until traced.size) {
            if (traced.codes[place] == BLANK) {
                isBetween = found.size > 0
                continue
            }
            if (isBetween) {
                found.add(BLANK, found.end(found.size - 1), traced.start(place))
                isBetween = false
            }
            found.add(traced.codes[place], traced.start(place), traced.end(place))
        }
        return found
    }

    private companion object {
        const val BLANK = 0x20
        const val REPLACEMENT = 0xFFFD
        val LINES = "\t\n\r".map { it.code }.toSet()

        /** Python's `string.punctuation`. */
        val MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".map { it.code }.toSet()
        val IDEOGRAPHS =
            listOf(
                0x4E00..0x9FFF,
                0x3400..0x4DBF,
                0x20000..0x2A6DF,
                0x2A700..0x2B73F,
                0x2B740..0x2B81F,
                0x2B820..0x2CEAF,
                0xF900..0xFAFF,
                0x2F800..0x2FA1F,
            )
    }
}
