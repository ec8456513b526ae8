package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException

/**
 * BERT's WordPiece, which the Chinese ALBERT models use.
 *
 * Text is cleaned, ideographs stand alone, punctuation is split off, letters are lower-cased and
 * lose their accents, then each word is cut greedily into the longest pieces.
 */
public class WordPieceTokenizer internal constructor(
    data: ByteArray,
    settings: TokenizerSettings,
) : Tokenizer() {
    private val basicText = BasicText(settings, settings.stripAccents ?: settings.lowercase)
    private val longestWord = if (settings.followsTransformers) 100 else 200
    private val trie: PieceTrie
    private val continuation: Int

    init {
        val own = readPieces(data)
        val names = settings.specialTokens ?: NAMES
        setUp(own, names, settings)
        trie = PieceTrie(own + names[1] + MARK)
        // Of lines that are alike the last one counts.
        own.forEachIndexed { id, piece -> if (piece.isNotEmpty()) trie.put(piece, id) }
        trie.put(names[1], unknownId)
        // Makes the node where there is no such piece.
        trie.put(MARK, trie.find(MARK))
        continuation = trie.nodeOf(MARK)
    }

    override fun split(
        text: String,
        shift: Int,
        tokens: TokenList,
    ) {
        val words = basicText.clean(text)
        var begin = 0
        for (place in 0..words.size) {
            if (place < words.size && words.codes[place] != ' '.code) continue
            if (begin < place) addWord(words, begin, place, shift, tokens)
            begin = place + 1
        }
    }

    private fun addWord(
        words: TracedText,
        begin: Int,
        end: Int,
        shift: Int,
        tokens: TokenList,
    ) {
        val size = tokens.size
        var place = begin
        while (place < end && end - begin <= longestWord) {
            val code = words.codes[place]
            var node = if (place == begin) trie.first(code) else trie.step(continuation, code)
            var found = PieceTrie.NONE
            var foundEnd = place
            var next = place
            while (node != PieceTrie.NONE) {
                next += 1
                val id = trie.value(node)
                if (id != PieceTrie.NONE) {
                    found = id
                    foundEnd = next
                }
                if (next == end) break
                node = trie.step(node, words.codes[next])
            }
            if (found == PieceTrie.NONE) break
            tokens.add(found, shift + words.start(place), shift + words.end(foundEnd - 1))
            place = foundEnd
        }
        if (place == end) return // All of it is known.
        tokens.shrink(size)
        tokens.add(unknownId, shift + words.start(begin), shift + words.end(end - 1))
    }

    private companion object {
        val NAMES = listOf("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

        /** What pieces begin with that go on with a word. */
        const val MARK = "##"

        fun readPieces(data: ByteArray): List<String> {
            val text =
                try {
                    data.decodeToString(throwOnInvalidSequence = true)
                } catch (error: CharacterCodingException) {
                    throw InvalidModelException("the vocabulary is not UTF-8", error)
                }
            // Only the line's end is stripped: some pieces are odd white space.
            return text.removeSuffix("\n").split('\n').map { it.removeSuffix("\r") }
        }
    }
}
