package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.FinalSigma
import io.github.alberttf.unicode.UnicodeData

/**
 * Cuts texts at added tokens, as Hugging Face's slow tokenizers do.
 *
 * @param tokens what to look for; of several at one place, the longest counts.
 * @param lowercase whether the tokenizer lower-cases text.
 */
internal class AddedTokens(
    tokens: List<AddedToken>,
    private val lowercase: Boolean,
) {
    private class Part(
        var start: Int,
        var end: Int,
        var token: AddedToken?,
    )

    /** By their first UTF-16 units, the longest first. */
    private val tokens: Map<Char, List<AddedToken>> =
        tokens
            .associateBy { it.content }
            .values
            .sortedByDescending { it.content.codePointCount() }
            .groupBy { it.content[0] }

    /** In the order in which they were given. */
    private val kept: Map<Char, List<AddedToken>> =
        tokens.filter { it.keepsCase }.groupBy { it.content[0] }

    /** Cuts a text; what is between added tokens is cut by [tokenizer]. */
    fun split(
        text: String,
        found: TokenList,
        tokenizer: Tokenizer,
    ) {
        for (part in cut(text)) {
            val token = part.token
            if (part.start >= part.end) continue
            if (token == null) {
                tokenizer.split(text.substring(part.start, part.end), part.start, found)
            } else {
                found.add(checkNotNull(token.id), part.start, part.end)
            }
        }
    }

    private fun cut(text: String): List<Part> {
        val parts = ArrayList<Part>()
        val cased = withCase(text)
        var end = 0
        var place = 0
        while (place < cased.length) {
            val token = match(tokens, cased, place)
            if (token == null) {
                place += 1
                continue
            }
            if (end < place) parts.add(Part(end, place, null))
            end = place + token.content.length
            parts.add(Part(place, end, token))
            place = end
        }
        if (end < text.length || parts.isEmpty()) parts.add(Part(end, text.length, null))
        strip(parts, text)
        return parts
    }

    private fun match(
        candidates: Map<Char, List<AddedToken>>,
        text: CharSequence,
        place: Int,
    ): AddedToken? = candidates[text[place]]?.firstOrNull { text.startsWith(it.content, place) }

    /**
     * The text in lower case, but for tokens that keep their own.
     *
     * Letter by letter, so that the places stay: no final sigma, and a capital I with a dot, which
     * would become two, stays what it is.
     */
    private fun withCase(text: String): CharSequence {
        if (!lowercase) return text
        val lower = StringBuilder(text.length)
        var place = 0
        while (place < text.length) {
            val code = codeAt(text, place)
            place += unitsOf(code)
            val small = UnicodeData.toLower(code)
            val only = if (code == FinalSigma.CAPITAL) FinalSigma.SMALL else small[0]
            lower.append(textOf(intArrayOf(if (small.size == 1) only else code), 0, 1))
        }
        place = 0
        while (place < text.length) {
            val content = match(kept, text, place)?.content
            if (content != null) lower.setRange(place, place + content.length, content)
            place += content?.length ?: 1
        }
        return lower
    }

    /** Gives white space to tokens, and tokens within words to the text. */
    private fun strip(
        parts: List<Part>,
        text: String,
    ) {
        for ((index, part) in parts.withIndex()) {
            val token = part.token ?: continue
            val left = parts.getOrNull(index - 1) ?: Part(0, 0, null)
            val right = parts.getOrNull(index + 1) ?: Part(0, 0, null)
            val before = slice(text, left)
            val after = slice(text, right)
            if (token.rstrip) right.start += after.takeWhile(::isSpace).length
            if (token.lstrip) left.end -= before.takeLastWhile(::isSpace).length
            if (!token.singleWord) continue
            if (before.isNotEmpty() && before.last() != ' ') {
                left.end = part.end
                left.token = null
                part.start = part.end
            } else if (after.isNotEmpty() && after.first() != ' ') {
                right.start = part.start
                right.token = null
                part.end = part.start
            } else {
                continue
            }
            part.token = null
        }
    }

    private fun slice(
        text: String,
        part: Part,
    ): String = if (part.start < part.end) text.substring(part.start, part.end) else ""

    private fun isSpace(unit: Char): Boolean = UnicodeData.isSpace(unit.code)

    private fun String.codePointCount(): Int = count { !it.isLowSurrogate() }
}
