package io.github.alberttf.tokenizers

/**
 * Follows pieces back to the text: normalized, then cleaned, then as it was given.
 *
 * @param length of the text.
 * @param shift what is added to all places.
 */
internal class PieceSpans(
    private val cleaned: TracedText,
    normalized: NormalizedText,
    private val length: Int,
    private val shift: Int,
) {
    private val size = normalized.codes.size
    private val sources = normalized.sources

    /** Adds a token of the normalized characters from [begin] to [end], exclusive. */
    fun add(
        id: Int,
        begin: Int,
        end: Int,
        tokens: TokenList,
    ) {
        val source = sources[begin]
        val start = shift + if (source < cleaned.size) cleaned.start(source) else length
        // Nothing but the mark for a word's start is an empty span there.
        tokens.add(id, start, if (begin < end) shift + endOf(end) else start)
    }

    /** The model's own rules may have made several characters of one. */
    private fun endOf(end: Int): Int {
        var next = end
        while (next < size && sources[next] == sources[end - 1]) next += 1
        val last = sources[next] - 1
        return cleaned.end(if (last < 0) cleaned.size - 1 else last)
    }
}
