package io.github.alberttf.model

import io.github.alberttf.Resources
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import java.nio.ByteBuffer

class ManifestTest {
    private val json: String

    init {
        val archive = Archive(ByteBuffer.wrap(Resources.bytes("tagging.bundle")))
        json = archive.read("albert_tf.json", MOST_BYTES).decodeToString()
    }

    @Test
    fun anyLength() {
        assertNull(manifest(json).lengths)
    }

    @Test
    fun fixedLengths() {
        assertArrayEquals(intArrayOf(8, 16), withLengths("[8, 16]").lengths)
    }

    @Test
    fun lengthsThatCannotBe() {
        for (lengths in listOf("[]", "[16, 8]", "[8, 8]", "[2]", "[8, 1000]", "8", "[8.5]")) {
            val error =
                assertThrows(InvalidModelException::class.java) { withLengths(lengths) }
            assertTrue(error.message, error.message.orEmpty().contains("lengths must be"))
        }
    }

    private fun withLengths(lengths: String): Manifest {
        val field = "\"fixed_lengths\": {\"lengths\": $lengths, \"token_outputs\": []}"
        return manifest(json.replaceFirst("{", "{$field, "))
    }

    private fun manifest(text: String) = Manifest(JsonObject.parse(text, "albert_tf.json"))

    private companion object {
        const val MOST_BYTES = 1L shl 20
    }
}
