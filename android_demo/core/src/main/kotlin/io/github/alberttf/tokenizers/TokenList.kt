package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.IntList

/** Tokens and where they are in a text, in UTF-16 units. */
internal class TokenList(
    capacity: Int,
) {
    val ids = IntList(capacity)
    val starts = IntList(capacity)
    val ends = IntList(capacity)

    val size: Int get() = ids.size

    fun add(
        id: Int,
        start: Int,
        end: Int,
    ) {
        ids.add(id)
        starts.add(start)
        ends.add(end)
    }

    /** Adds the tokens of another list from [begin] to [end], exclusive. */
    fun addAll(
        other: TokenList,
        begin: Int,
        end: Int,
    ) {
        ids.addAll(other.ids, begin, end)
        starts.addAll(other.starts, begin, end)
        ends.addAll(other.ends, begin, end)
    }

    /** Drops what is behind the first [size] tokens. */
    fun shrink(size: Int) {
        ids.shrink(size)
        starts.shrink(size)
        ends.shrink(size)
    }
}
