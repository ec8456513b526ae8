package io.github.alberttf.tasks

import io.github.alberttf.model.Outputs
import io.github.alberttf.model.TextModel
import io.github.alberttf.tokenizers.Encoding
import io.github.alberttf.tokenizers.SequenceBuilder
import io.github.alberttf.tokenizers.TokenList
import io.github.alberttf.unicode.IntList

/**
 * A text and its words in one sequence, or in several that overlap.
 *
 * @param text without half surrogate pairs.
 */
internal class TagWindows(
    private val model: TextModel,
    text: String,
    val words: Words,
) {
    /** Tokens from [begin] up to [end] as a sequence. */
    private class Window(
        val begin: Int,
        val end: Int,
        val encoding: Encoding,
    )

    private val tokens = model.tokenizer.cut(text)
    private val firstTokens = firstTokens()
    private val windows = windows()

    val effort = Effort(windows.size, windows.sumOf { it.encoding.length }, 0)

    /**
     * Runs all windows.
     *
     * @param size how many numbers "logits" has for each token.
     * @param look sees all outputs of each window.
     * @return the numbers of each word's first token; null for words without a token of their own.
     *   A word that is in two windows is read where more is around it.
     */
    fun run(
        size: Int,
        look: (Outputs) -> Unit,
    ): List<FloatArray?> {
        val found = arrayOfNulls<FloatArray>(words.size)
        val room = IntArray(words.size) { -1 }
        for (window in windows) {
            val outputs = model.run(window.encoding)
            look(outputs)
            val logits = outputs.perToken("logits", size)
            for (word in found.indices) {
                val token = firstTokens[word]
                if (token < window.begin || token >= window.end) continue
                val place = token - window.begin + 1 // behind [CLS]
                val around = minOf(place, window.encoding.length - 1 - place)
                if (around <= room[word]) continue
                room[word] = around
                found[word] = logits.copyOfRange(place * size, (place + 1) * size)
            }
        }
        return found.asList()
    }

    private fun windows(): List<Window> {
        val room = model.maxLength - 2
        val step = room - room / OVERLAP
        val found = ArrayList<Window>()
        var begin = 0
        while (true) {
            val end = minOf(begin + room, tokens.size)
            found.add(Window(begin, end, sequence(tokens, begin, end)))
            if (end == tokens.size) return found
            begin += step
        }
    }

    private fun sequence(
        tokens: TokenList,
        begin: Int,
        end: Int,
    ): Encoding {
        val sequence = SequenceBuilder(model.tokenizer, end - begin + 2)
        sequence.begin()
        sequence.addAll(tokens, begin, end)
        sequence.endSegment()
        return sequence.build(0)
    }

    /**
     * The token that each word begins in; -1 for none of its own.
     *
     * None of its own has a word whose first character is within the token of an earlier word, and
     * one that the tokenizer leaves out.
     */
    private fun firstTokens(): IntList {
        val found = IntList(words.size)
        var token = 0
        var last = -1
        for (word in 0 until words.size) {
            while (token < tokens.size && tokens.ends[token] <= words.start(word)) token += 1
            val isOwn =
                token < tokens.size &&
                    tokens.starts[token] < words.end(word) &&
                    token > last
            found.add(if (isOwn) token else -1)
            if (isOwn) last = token
        }
        return found
    }

    private companion object {
        const val OVERLAP = 4 // a quarter of a window is in the next one too
    }
}
