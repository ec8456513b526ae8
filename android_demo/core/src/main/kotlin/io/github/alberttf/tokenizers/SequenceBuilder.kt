package io.github.alberttf.tokenizers

/** Puts special tokens around texts. */
internal class SequenceBuilder(
    private val tokenizer: Tokenizer,
    capacity: Int,
) {
    private val tokens = TokenList(capacity)
    private var firstEnd = 0

    fun begin() = tokens.add(tokenizer.clsId, 0, 0)

    fun addAll(
        part: TokenList,
        begin: Int,
        end: Int,
    ) {
        tokens.addAll(part, begin, end)
    }

    fun endSegment() {
        tokens.add(tokenizer.sepId, 0, 0)
        if (firstEnd == 0) firstEnd = tokens.size
    }

    fun build(truncated: Int): Encoding {
        val segments = IntArray(tokens.size) { if (it < firstEnd) 0 else 1 }
        return Encoding(
            tokens.ids.toArray(),
            segments,
            tokens.starts.toArray(),
            tokens.ends.toArray(),
            truncated,
        )
    }
}
