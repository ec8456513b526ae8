package io.github.alberttf.tokenizers

/**
 * Pieces by their beginnings: from a node one character leads to the next.
 *
 * A hash table of (node, character), so that its size follows from the number of nodes alone,
 * whatever the pieces are.
 *
 * @param pieces all that will be put into it.
 */
internal class PieceTrie(
    pieces: List<String>,
) {
    private val shift: Int = 64 - bitsFor(countNodes(pieces))
    private val keys = LongArray(1 shl (64 - shift)).apply { fill(FREE) }
    private val values = IntArray(keys.size).apply { fill(NONE) }
    private val mask = keys.size - 1

    /**
     * For each node a bit for the last six bits of the characters that lead on.
     *
     * Most searches end where nothing does: that is seen here, without a look at the table.
     */
    private val followers = LongArray(keys.size + 1)

    /** Where most steps begin, the nodes behind ASCII characters; filled as pieces come. */
    private val fromRoot = IntArray(ASCII).apply { fill(NONE) }

    /** Where every piece begins. */
    val root: Int = keys.size

    /** What all nodes are below, but for the root. */
    val capacity: Int get() = keys.size

    /** The node behind the first character of pieces; [NONE] if none begins with it. */
    fun first(code: Int): Int = if (code < ASCII) fromRoot[code] else step(root, code)

    /** The node behind a character; [NONE] if no piece goes on with it. */
    fun step(
        node: Int,
        code: Int,
    ): Int {
        if ((followers[node] ushr code) and 1L == 0L) return NONE
        val key = key(node, code)
        var slot = slot(key)
        while (true) {
            val found = keys[slot]
            if (found == key) return slot
            if (found == FREE) return NONE
            slot = (slot + 1) and mask
        }
    }

    /** The number of the piece that ends at a node other than the root; [NONE] for none. */
    fun value(node: Int): Int = values[node]

    /** Gives a piece a number instead of the one it may have, which is returned. */
    fun put(
        piece: String,
        value: Int,
    ): Int {
        var node = root
        for (code in codesOf(piece)) node = grow(node, code)
        val before = values[node]
        values[node] = value
        return before
    }

    /** The node behind some text; [NONE] if no piece begins with it. */
    fun nodeOf(beginning: String): Int {
        var node = root
        for (code in codesOf(beginning)) {
            node = step(node, code)
            if (node == NONE) return NONE
        }
        return node
    }

    /** The number of a piece that is not empty; [NONE] if there is no such piece. */
    fun find(piece: String): Int {
        val node = nodeOf(piece)
        return if (node == NONE) NONE else values[node]
    }

    private fun grow(
        node: Int,
        code: Int,
    ): Int {
        val key = key(node, code)
        var slot = slot(key)
        while (keys[slot] != key && keys[slot] != FREE) slot = (slot + 1) and mask
        keys[slot] = key
        followers[node] = followers[node] or (1L shl code)
        if (node == root && code < ASCII) fromRoot[code] = slot
        return slot
    }

    private fun key(
        node: Int,
        code: Int,
    ): Long = (node.toLong() shl 21) or code.toLong()

    private fun slot(key: Long): Int = ((key * MIX) ushr shift).toInt()

    companion object {
        const val NONE = -1
        private const val FREE = -1L

        /** 2^64 divided by the golden ratio spreads keys that follow each other. */
        private const val MIX = -7046029254386353131L

        private const val ASCII = 128

        /** So many that at most two thirds of the slots are taken. */
        private fun bitsFor(nodes: Int): Int {
            var bits = 4
            while ((2L shl bits) < 3L * nodes) bits += 1
            return bits
        }

        /** How many different beginnings pieces have, at most. */
        private fun countNodes(pieces: List<String>): Int {
            var nodes = 0
            var before = ""
            for (piece in pieces.sorted()) {
                nodes += piece.length - piece.commonPrefixWith(before).length
                before = piece
            }
            return nodes
        }
    }
}
