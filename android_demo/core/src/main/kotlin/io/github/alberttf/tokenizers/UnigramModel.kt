package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException
import io.github.alberttf.unicode.IntList

/**
 * Cuts normalized text into the pieces whose scores have the highest sum (Viterbi, 1967).
 *
 * The arithmetic is that of SentencePiece 0.2.3, so that ties end alike: sums are float.
 */
internal class UnigramModel(model: SentencePieceModel) {
    private val trie = PieceTrie(model.pieces.map { it.text })

    /** NaN for pieces that are never chosen. */
    private val scores = DoubleArray(model.pieces.size)
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
        for ((id, piece) in pieces.withIndex()) {
            scores[id] = score(piece)
            add(piece, id)
        }
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
        symbols = symbolsOf(pieces)
    }

    private fun score(piece: SentencePieceModel.Piece): Double =
        when (piece.type) {
            // Chosen before others, and the longer the better.
            SentencePieceModel.USER_DEFINED -> 0.1 * (piece.text.encodeToByteArray().size - 1)
            SentencePieceModel.UNUSED -> Double.NaN
            else -> piece.score.toDouble()
        }

    private fun add(piece: SentencePieceModel.Piece, id: Int) {
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
     * @return the pieces and where they are. What follows each other and is unknown is one piece;
     *   or its bytes are, each of which has the place of its character.
     */
    fun cut(codes: IntArray, size: Int): TokenList {
        val path = findPath(codes, size)
        val pieces = TokenList(path.size / 2)
        var step = path.size - 2
        while (step >= 0) {
            val begin = path[step + 1]
            if (path[step] != unknownId) {
                pieces.add(path[step], begin, endOf(path, step, size))
            } else if (hasBytes) {
                addBytes(codes[begin], begin, pieces)
            } else {
                while (step >= 2 && path[step - 2] == unknownId) step -= 2
                pieces.add(unknownId, begin, endOf(path, step, size))
            }
            step -= 2
        }
        return pieces
    }

    /** Where a step of a path ends, which is where the next one begins. */
    private fun endOf(path: IntList, step: Int, size: Int): Int =
        if (step == 0) size else path[step - 1]

    private fun addBytes(code: Int, place: Int, pieces: TokenList) {
        for (byte in textOf(intArrayOf(code), 0, 1).encodeToByteArray()) {
            pieces.add(byteIds[byte.toInt() and 255], place, place + 1)
        }
    }

    /** Ids and beginnings of the pieces of the best path, the last piece first. */
    private fun findPath(codes: IntArray, size: Int): IntList {
        val best = FloatArray(size + 1)
        val begins = IntArray(size + 1)
        val ids = IntArray(size + 1)
        begins.fill(-1)
        for (begin in 0 until size) extend(codes, size, begin, best, begins, ids)
        val path = IntList(size)
        var end = size
        while (end > 0) {
            path.add(ids[end])
            path.add(begins[end])
            end = begins[end]
        }
        return path
    }

    private fun extend(
        codes: IntArray,
        size: Int,
        begin: Int,
        best: FloatArray,
        begins: IntArray,
        ids: IntArray,
    ) {
        val before = best[begin]
        var node = trie.first(codes[begin])
        var hasSingle = false
        var end = begin
        while (node != PieceTrie.NONE) {
            end += 1
            val id = trie.value(node)
            // Pieces that are never chosen are not a number.
            if (id != PieceTrie.NONE && !scores[id].isNaN()) {
                val sum = (scores[id] + before).toFloat()
                if (begins[end] < 0 || sum > best[end]) {
                    best[end] = sum
                    begins[end] = begin
                    ids[end] = id
                }
                if (end == begin + 1) hasSingle = true
            }
            if (end == size) break
            node = trie.step(node, codes[end])
        }
        if (hasSingle) return
        val sum = unknownScore + before
        if (begins[begin + 1] < 0 || sum > best[begin + 1]) {
            best[begin + 1] = sum
            begins[begin + 1] = begin
            ids[begin + 1] = unknownId
        }
    }

    private companion object {
        const val UNKNOWN_PENALTY = 10f
        const val BYTE_LENGTH = 6
    }
}
