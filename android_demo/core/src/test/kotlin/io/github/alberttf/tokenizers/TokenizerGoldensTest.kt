package io.github.alberttf.tokenizers

import io.github.alberttf.Resources
import io.github.alberttf.numbers
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import kotlin.random.Random

/** Compares with Python's tokenizers. */
class TokenizerGoldensTest {
    private val english = Resources.modelFile("english.bundle").tokenizer
    private val chinese = Resources.modelFile("chinese.bundle").tokenizer

    @Test
    fun sentencePieceIsPythons() = compare(english, "english_tokens.json")

    @Test
    fun wordPieceIsPythons() = compare(chinese, "chinese_tokens.json")

    private fun compare(
        tokenizer: Tokenizer,
        name: String,
    ) {
        for (row in Resources.rows(name)) {
            val units = numbers(row["units"])
            val text = String(CharArray(units.size) { units[it].toChar() })
            val found = tokenizer.cut(text)
            assertEquals(text, numbers(row["ids"]), found.ids.toArray().asList())
            assertEquals(text, numbers(row["starts"]), found.starts.toArray().asList())
            assertEquals(text, numbers(row["ends"]), found.ends.toArray().asList())
        }
    }

    @Test
    fun placesCutTheText() {
        val text = "\uD83D\uDE00 Naïve Ångström"
        val found = english.encode(text)
        val words = found.starts.indices.map { text.substring(found.starts[it], found.ends[it]) }
        assertEquals(text.replace(" ", ""), words.joinToString("").replace(" ", ""))
    }

    @Test
    fun pairsLoseTheEndOfTheLonger() {
        val found = english.encode("a b c d e f g h", "x y", 8)
        assertEquals(8, found.length)
        assertArrayEquals(intArrayOf(0, 0, 0, 0, 0, 1, 1, 1), found.segmentIds)
        assertEquals(english.encode("a b c d e f g h", "x y", 99).length - 8, found.truncated)
        assertEquals(english.sepId, found.tokenIds.last())
    }

    @Test
    fun anEmptyPairIsNone() {
        assertEquals(3, english.encode("a", "\u200b").length)
        assertEquals(2, english.encode("", "").length)
    }

    @Test
    fun noRoomForSpecialTokens() {
        val error = assertThrows(IllegalArgumentException::class.java) { english.encode("a", "b", 2) }
        assertTrue(error.message.orEmpty().contains("at least 3"))
    }

    @Test
    fun noTextFails() {
        val draw = Random(0)
        repeat(STRINGS) {
            val units = CharArray(draw.nextInt(40)) { unit(draw) }
            val text = String(units)
            for (tokenizer in listOf(english, chinese)) {
                val found = tokenizer.encode(text, String(units.reversedArray()), 64)
                for (place in found.starts.indices) {
                    assertTrue(found.starts[place] in 0..found.ends[place])
                    assertTrue(found.ends[place] <= text.length)
                }
            }
        }
    }

    private fun unit(draw: Random): Char =
        when (draw.nextInt(4)) {
            0 -> draw.nextInt(0x10000).toChar()
            1 -> draw.nextInt(0xD800, 0xE000).toChar()
            2 -> draw.nextInt(0x250).toChar()
            else -> "a1, .\u0301\u3000\uAC00Σ"[draw.nextInt(9)]
        }

    private companion object {
        const val STRINGS = 5_000
    }
}
