package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException

/**
 * Cuts normalized text into the pieces whose scores have the highest sum (Viterbi, 1967).
 *
 * The arithmetic is that of SentencePiece 0.2.3, so that ties end alike: sums are float.
 */
internal class UnigramModel(
    model: SentencePieceModel,
) {
    private val trie = PieceTrie(model.pieces.map { it.text })

    /** Of the pieces that end at the nodes of the trie; where none does, so low that it loses. */
    private val scores = DoubleArray(trie.capacity).apply { fill(Double.NEGATIVE_INFINITY) }

    /** In characters, as they count in a text: what is unknown stands for one. */
    private val lengths = IntArray(model.pieces.size)
    private val unknownScore: Float
    private val reserved = HashMap<String, Int>()
    private val byteIds = IntArray(256) { PieceTrie.NONE }
    private val hasBytes = model.hasByteFallback
    private val isByte =
        BooleanArray(model.pieces.size) { model.pieces[it].type == SentencePieceModel.BYTE }

    /** The id of the piece for what is unknown. */
    val unknownId: Int

    /** User defined pieces; null if there are none. */
    val symbols: PieceTrie?

    init {
        val pieces = model.pieces
        val normal = pieces.filter { it.type == SentencePieceModel.NORMAL }
        unknownScore = (normal.minOfOrNull { it.score } ?: Float.MAX_VALUE) - UNKNOWN_PENALTY
        for ((id, piece) in pieces.withIndex()) add(piece, id)
        for ((id, piece) in pieces.withIndex()) settle(piece, id)
        unknownId = pieces.indexOfFirst { it.type == SentencePieceModel.UNKNOWN }
        if (unknownId < 0 || pieces.count { it.type == SentencePieceModel.UNKNOWN } > 1) {
            throw InvalidModelException(
                "the SentencePiece vocabulary must have one piece for what is unknown",
            )
        }
        if (hasBytes && PieceTrie.NONE in byteIds) {
            throw InvalidModelException(
                "the SentencePiece vocabulary must have pieces for all 256 bytes or for none",
            )
        }
        for ((id, piece) in pieces.withIndex()) lengths[id] = codesOf(piece.text).size
        lengths[unknownId] = 1
        symbols = symbolsOf(pieces)
    }

    private fun score(piece: SentencePieceModel.Piece): Double =
        when (piece.type) {
            // Chosen before others, and the longer the better.
            SentencePieceModel.USER_DEFINED -> 0.1 * (piece.text.encodeToByteArray().size - 1)
            else -> piece.score.toDouble()
        }

    private fun add(
        piece: SentencePieceModel.Piece,
        id: Int,
    ) {
        val before =
            when (piece.type) {
                SentencePieceModel.NORMAL,
                SentencePieceModel.USER_DEFINED,
                SentencePieceModel.UNUSED,
                -> trie.put(piece.text, id)
                else -> reserved.put(piece.text, id) ?: PieceTrie.NONE
            }
        if (before != PieceTrie.NONE) {
            throw InvalidModelException(
                "the SentencePiece vocabulary has the piece \"${piece.text}\" twice",
            )
        }
        if (piece.type == SentencePieceModel.BYTE) {
            val byte = byteOf(piece.text)
            if (byte != null) byteIds[byte] = id
        }
    }

    /** Gives a piece its score, or hides it from the search if it is never chosen. */
    private fun settle(
        piece: SentencePieceModel.Piece,
        id: Int,
    ) {
        when (piece.type) {
            SentencePieceModel.NORMAL, SentencePieceModel.USER_DEFINED ->
                scores[trie.nodeOf(piece.text)] = score(piece)
            SentencePieceModel.UNUSED -> {
                trie.put(piece.text, PieceTrie.NONE)
                reserved.getOrPut(piece.text) { id }
            }
        }
    }

    private fun symbolsOf(pieces: List<SentencePieceModel.Piece>): PieceTrie? {
        val own = pieces.withIndex().filter { it.value.type == SentencePieceModel.USER_DEFINED }
        if (own.isEmpty()) return null
        val symbols = PieceTrie(own.map { it.value.text })
        for ((id, piece) in own) symbols.put(piece.text, id)
        return symbols
    }

    /** The id of a piece, that of the unknown one if there is no such piece. */
    fun idOf(piece: String): Int {
        val id = reserved[piece] ?: trie.find(piece)
        return if (id == PieceTrie.NONE) unknownId else id
    }

    /** The byte that a piece stands for; null for other pieces. */
    private fun byteOf(piece: String): Int? {
        if (piece.length != BYTE_LENGTH || !piece.startsWith("<0x") || piece.last() != '>') {
            return null
        }
        return piece.substring(3, 5).toIntOrNull(16)
    }

    /** Whether a piece stands for a byte. */
    fun isByte(id: Int): Boolean = isByte[id]

    /**
     * Cuts the first [size] characters of [codes].
     *
     * @param pieces is filled with the pieces and where they are. What follows each other and is
     *   unknown is one piece; or its bytes are, each of which has the place of its character.
     */
    fun cut(
        codes: IntArray,
        size: Int,
        lattice: Lattice,
        pieces: TokenList,
    ) {
        lattice.reset(size, unknownId)
        for (begin in 0 until size) extend(codes, size, begin, lattice)
        lattice.turn(size, lengths)
        pieces.shrink(0)
        var begin = 0
        while (begin < size) {
            var end = lattice.ends[begin]
            val id = lattice.ids[end]
            if (id == unknownId && hasBytes) {
                addBytes(codes[begin], begin, pieces)
            } else {
                if (id == unknownId) end = endOfUnknown(end, size, lattice)
                pieces.add(id, begin, end)
            }
            begin = end
        }
    }

    private fun endOfUnknown(
        place: Int,
        size: Int,
        lattice: Lattice,
    ): Int {
        var end = place
        while (end < size && lattice.ids[lattice.ends[end]] == unknownId) end = lattice.ends[end]
        return end
    }

    private fun addBytes(
        code: Int,
        place: Int,
        pieces: TokenList,
    ) {
        for (byte in textOf(intArrayOf(code), 0, 1).encodeToByteArray()) {
            pieces.add(byteIds[byte.toInt() and 255], place, place + 1)
        }
    }

    /** Goes on from a place with all pieces that begin there. */
    private fun extend(
        codes: IntArray,
        size: Int,
        begin: Int,
        lattice: Lattice,
    ) {
        val before = lattice.sums[begin]
        var end = begin + 1
        var node = trie.first(codes[begin])
        if (node == PieceTrie.NONE || trie.value(node) == PieceTrie.NONE) {
            lattice.offer(unknownId, end, unknownScore + before)
        }
        while (node != PieceTrie.NONE) {
            lattice.offer(trie.value(node), end, (scores[node] + before).toFloat())
            if (end == size) break
            node = trie.step(node, codes[end])
            end += 1
        }
    }

    private companion object {
        const val UNKNOWN_PENALTY = 10f
        const val BYTE_LENGTH = 6
    }
}
