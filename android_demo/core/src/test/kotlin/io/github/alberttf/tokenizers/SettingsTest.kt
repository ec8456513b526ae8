package io.github.alberttf.tokenizers

import io.github.alberttf.Resources
import io.github.alberttf.model.InvalidModelException
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** What a file may say of its tokenizer. */
class SettingsTest {
    private val vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nÄ\n##b\n一\n一二\n".toByteArray()

    private fun read(
        settings: String,
        vocabulary: ByteArray = this.vocabulary,
    ) = Tokenizer.read("{\"tokenizer\": \"wordpiece\" $settings}", vocabulary)

    private fun pieces(
        settings: String,
        text: String,
    ): List<String> {
        val tokenizer = read(settings)
        return tokenizer
            .encode(text)
            .tokenIds
            .drop(1)
            .dropLast(1)
            .map { tokenizer.pieces[it] }
    }

    @Test
    fun settingsAreFollowed() {
        assertEquals(listOf("a", "##b"), pieces("", "ÄB"))
        assertEquals(listOf("Ä"), pieces(", \"lowercase\": false", "Ä"))
        assertEquals(listOf("一", "[UNK]"), pieces("", "一二"))
        assertEquals(listOf("一二"), pieces(", \"split_ideographs\": false", "一二"))
    }

    @Test
    fun addedTokensAreFoundFirst() {
        val added = ", \"added_tokens\": [{\"content\": \"<x>\", \"lstrip\": true}]"
        val tokenizer = read(added)
        val found = tokenizer.encode("a <X>b")
        assertEquals(listOf(2, 5, 10, 1, 3), found.tokenIds.asList())
        assertEquals(listOf(0, 0, 2, 5, 0), found.starts.asList())
        assertEquals("<x>", tokenizer.pieces[10])
    }

    @Test
    fun whatIsWrongIsTold() {
        check("lowercase must be true or false; received 3", ", \"lowercase\": 3")
        check("\"dropout\" is not known", ", \"dropout\": 1")
        check("collapse_spaces=false has no effect", ", \"collapse_spaces\": false")
        check("five names", ", \"special_tokens\": [\"a\"]")
        check("the same id, 7", ", \"added_tokens\": [$X, {\"content\": \"y\", \"id\": 7}]")
        check("lacks [SEP] [MASK]", "", "[PAD]\n[UNK]\n[CLS]".toByteArray())
        check("not UTF-8", "", byteArrayOf(-1))
    }

    private fun check(
        message: String,
        settings: String,
        vocabulary: ByteArray = this.vocabulary,
    ) {
        val error =
            assertThrows(InvalidModelException::class.java) { read(settings, vocabulary) }
        assertTrue(error.message, error.message.orEmpty().contains(message))
    }

    @Test
    fun damagedSentencePiece() {
        val data = Resources.bytes("english.bundle")
        for (content in listOf(ByteArray(0), byteArrayOf(10), data.copyOf(500))) {
            val error =
                assertThrows(InvalidModelException::class.java) {
                    Tokenizer.read("{\"tokenizer\": \"sentencepiece\"}", content)
                }
            assertTrue(error.message, error.message.orEmpty().contains("SentencePiece"))
        }
    }

    private companion object {
        const val X = "{\"content\": \"x\", \"id\": 7}"
    }
}
