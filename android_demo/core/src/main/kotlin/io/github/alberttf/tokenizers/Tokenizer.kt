package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException
import io.github.alberttf.model.JsonObject

/**
 * Turns text into token ids.
 *
 * No text makes it fail: half of a surrogate pair, which stands for no character, counts as
 * U+FFFD. Nothing changes after construction, and threads may share it.
 *
 * @property pieces all V pieces in the order of their ids; an empty one for an unused id.
 */
public sealed class Tokenizer {
    private lateinit var allPieces: List<String>
    private var addedTokens: AddedTokens? = null

    public val pieces: List<String> get() = allPieces

    /** V, which all ids are below. */
    public val vocabularySize: Int get() = allPieces.size

    /** The id of the padding token. */
    public var padId: Int = 0
        private set

    /** The id that stands for what the vocabulary does not have. */
    public var unknownId: Int = 0
        private set

    /** The id of `[CLS]`, the first token of every sequence. */
    public var clsId: Int = 0
        private set

    /** The id of `[SEP]`, which ends each text. */
    public var sepId: Int = 0
        private set

    /** The id of `[MASK]`. */
    public var maskId: Int = 0
        private set

    /**
     * Gives special and added tokens their ids.
     *
     * @param own the pieces of the vocabulary file.
     * @param names of the special tokens.
     */
    internal fun setUp(
        own: List<String>,
        names: List<String>,
        settings: TokenizerSettings,
    ) {
        val ids = HashMap<String, Int>(2 * own.size)
        own.forEachIndexed { index, piece -> ids[piece] = index }
        val all = ArrayList(own)
        val tokens = addTokens(settings.addedTokens, names, ids, all)
        allPieces = all
        val written = tokens.filter { it.content !in names }
        if (written.isNotEmpty()) addedTokens = AddedTokens(written, settings.lowercase)
        val missing = names.filter { it !in ids }
        if (missing.isNotEmpty()) {
            throw InvalidModelException("the vocabulary lacks ${missing.joinToString(" ")}")
        }
        padId = ids.getValue(names[PAD])
        unknownId = ids.getValue(names[UNKNOWN])
        clsId = ids.getValue(names[CLS])
        sepId = ids.getValue(names[SEP])
        maskId = ids.getValue(names[MASK])
    }

    private fun addTokens(
        given: List<AddedToken>,
        names: List<String>,
        ids: HashMap<String, Int>,
        all: MutableList<String>,
    ): List<AddedToken> {
        val byId = HashMap<Int, String>()
        val tokens = ArrayList<AddedToken>()
        for (token in given) {
            val own = ids[token.content]
            // Counted as transformers does: repeats and gaps are no tokens.
            val id = token.id ?: own ?: ids.size
            if (id == own && token.content in names) continue
            val first = byId.getOrPut(id) { token.content }
            if (first != token.content) {
                throw InvalidModelException(
                    "the added tokens \"$first\" and \"${token.content}\" have the same id, $id",
                )
            }
            while (all.size <= id) all.add("")
            all[id] = token.content
            ids[token.content] = id
            tokens.add(token.withId(id))
        }
        return tokens
    }

    /** Cuts a text without added tokens; places are those in it, later by [shift]. */
    internal abstract fun split(
        text: String,
        shift: Int,
        tokens: TokenList,
    )

    /** All tokens of a text, without special ones. */
    internal fun cut(text: String): TokenList {
        val whole = wellFormed(text)
        val tokens = TokenList(text.length / 3)
        val added = addedTokens
        if (added == null) {
            split(whole, 0, tokens)
        } else {
            added.split(whole, tokens, this)
        }
        return tokens
    }

    /**
     * Encodes one text, or a pair of texts.
     *
     * Pairs that are too long lose tokens from the end of the longer text, at a tie from the
     * second.
     *
     * @param text any.
     * @param pair a second text; one that holds no token counts as null.
     * @param maxLength the most tokens that may come out, special ones included.
     */
    @JvmOverloads
    public fun encode(
        text: String,
        pair: String? = null,
        maxLength: Int = 512,
    ): Encoding {
        val least = if (pair == null) 2 else 3
        require(maxLength >= least) {
            "maxLength must be at least $least for the special tokens, received $maxLength"
        }
        val first = cut(text)
        val second = if (pair == null) TokenList(0) else cut(pair)
        val room = maxLength - if (second.size > 0) 3 else 2
        val cut = maxOf(0, first.size + second.size - room)
        var secondSize = second.size
        if (cut > 0) secondSize = minOf(secondSize, maxOf(room / 2, room - first.size))
        val firstSize = if (cut > 0) minOf(first.size, room - secondSize) else first.size
        val sequence = SequenceBuilder(this, firstSize + secondSize + 3)
        sequence.begin()
        sequence.addAll(first, 0, firstSize)
        sequence.endSegment()
        if (secondSize > 0) {
            sequence.addAll(second, 0, secondSize)
            sequence.endSegment()
        }
        return sequence.build(cut)
    }

    public companion object {
        // The order of the names of special tokens.
        private const val PAD = 0
        private const val UNKNOWN = 1
        private const val CLS = 2
        private const val SEP = 3
        private const val MASK = 4

        /**
         * Reads a vocabulary outside of a model's file.
         *
         * @param configuration what `Tokenizer.save` of the Python library returned, as JSON: the
         *   kind of the tokenizer and its settings.
         * @param vocabulary the vocabulary file.
         * @throws InvalidModelException one of them is damaged or of another kind.
         */
        @JvmStatic
        @Throws(InvalidModelException::class)
        public fun read(
            configuration: String,
            vocabulary: ByteArray,
        ): Tokenizer = TokenizerReader.read(JsonObject.parse(configuration), vocabulary)
    }
}
