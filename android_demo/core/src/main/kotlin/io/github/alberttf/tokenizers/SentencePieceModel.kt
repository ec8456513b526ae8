package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException

/**
 * A SentencePiece model as its file has it, a protocol buffer.
 *
 * @property pieces in the order of their ids.
 */
internal class SentencePieceModel(
    data: ByteArray,
) {
    class Piece(
        val text: String,
        val score: Float,
        val type: Int,
    )

    val pieces: List<Piece>
    var modelType = UNIGRAM
        private set
    var hasByteFallback = false
        private set
    var marksWordEnds = false
        private set
    var addsDummyPrefix = true
        private set
    var removesExtraSpaces = true
        private set
    var escapesSpaces = true
        private set
    var rules = ByteArray(0)
        private set

    init {
        val found = ArrayList<Piece>()
        var hasNormalizer = false
        try {
            val message = ProtocolBuffer(data)
            while (message.next()) {
                when (message.field) {
                    PIECES -> found.add(readPiece(message.message()))
                    TRAINER -> readTrainer(message.message())
                    NORMALIZER -> {
                        // It follows the pieces: without it the file is cut between two of them.
                        hasNormalizer = true
                        readNormalizer(message.message())
                    }
                }
            }
        } catch (error: IndexOutOfBoundsException) {
            throw InvalidModelException(DAMAGED, error)
        }
        pieces = found
        if (!hasNormalizer || pieces.isEmpty()) throw InvalidModelException(DAMAGED)
        if (modelType != UNIGRAM) {
            throw InvalidModelException(
                "the SentencePiece vocabulary is of the kind ${kind(modelType)}; only unigram " +
                    "models, the usual kind, can be read",
            )
        }
    }

    private fun readPiece(message: ProtocolBuffer): Piece {
        var text = ""
        var score = 0f
        var type = NORMAL
        while (message.next()) {
            when (message.field) {
                PIECE_TEXT -> text = message.text() ?: throw InvalidModelException(DAMAGED)
                PIECE_SCORE -> score = message.float()
                PIECE_TYPE -> type = message.int()
            }
        }
        if (text.isEmpty()) {
            throw InvalidModelException("the SentencePiece vocabulary has a piece without text")
        }
        return Piece(text, score, type)
    }

    private fun readTrainer(message: ProtocolBuffer) {
        while (message.next()) {
            when (message.field) {
                MODEL_TYPE -> modelType = message.int()
                MARKS_WORD_ENDS -> marksWordEnds = message.int() != 0
                BYTE_FALLBACK -> hasByteFallback = message.int() != 0
            }
        }
    }

    private fun readNormalizer(message: ProtocolBuffer) {
        while (message.next()) {
            when (message.field) {
                RULES -> rules = message.bytes()
                ADDS_PREFIX -> addsDummyPrefix = message.int() != 0
                REMOVES_SPACES -> removesExtraSpaces = message.int() != 0
                ESCAPES_SPACES -> escapesSpaces = message.int() != 0
            }
        }
    }

    private fun kind(type: Int): String =
        when (type) {
            2 -> "BPE"
            3 -> "word"
            4 -> "char"
            else -> "number $type"
        }

    companion object {
        const val NORMAL = 1
        const val UNKNOWN = 2
        const val CONTROL = 3
        const val USER_DEFINED = 4
        const val UNUSED = 5
        const val BYTE = 6

        private const val UNIGRAM = 1
        private const val DAMAGED =
            "the vocabulary is not a SentencePiece model, or a truncated one"

        // Fields of the model, of a piece, of the trainer's options, of the normalizer's.
        private const val PIECES = 1
        private const val TRAINER = 2
        private const val NORMALIZER = 3
        private const val PIECE_TEXT = 1
        private const val PIECE_SCORE = 2
        private const val PIECE_TYPE = 3
        private const val MODEL_TYPE = 3
        private const val MARKS_WORD_ENDS = 24
        private const val BYTE_FALLBACK = 35
        private const val RULES = 2
        private const val ADDS_PREFIX = 3
        private const val REMOVES_SPACES = 4
        private const val ESCAPES_SPACES = 5
    }
}
