package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.IntList

/** What a SentencePiece model makes of a text before it cuts it. */
internal class NormalizedText(
    capacity: Int,
) {
    val codes = IntList(capacity)

    /** For each character, and for the end, the place in the text that it comes from. */
    val sources = IntList(capacity)

    fun clear() {
        codes.shrink(0)
        sources.shrink(0)
    }

    fun add(
        code: Int,
        source: Int,
    ) {
        codes.add(code)
        sources.add(source)
    }
}
