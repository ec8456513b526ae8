package io.github.alberttf.model

import io.github.alberttf.Resources
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import java.nio.ByteBuffer
import kotlin.random.Random

class ModelFileTest {
    private val whole = Resources.bytes("tagging.bundle")

    @Test
    fun whatIsInIt() {
        val file = Resources.modelFile("tagging.bundle")
        assertEquals("tagging", file.task)
        assertEquals("AlbertClassifier", file.model)
        assertEquals(32, file.maxLength)
        assertEquals(2, file.segments)
        assertEquals(listOf("O", "B-PER", "I-PER", "B-LOC", "I-LOC"), file.labels)
        assertEquals("[CLS]", file.tokenizer.pieces[file.tokenizer.clsId])
        assertEquals(64, file.networkSha256.length)
    }

    @Test
    fun theBuffersPositionDoesNotMatter() {
        val buffer = ByteBuffer.wrap(whole)
        buffer.position(7)
        assertEquals("tagging", ModelFile.read(buffer).task)
        assertEquals(7, buffer.position())
    }

    @Test
    fun truncatedFiles() {
        for (size in whole.indices) refused(whole.copyOf(size))
        refused(byteArrayOf(1) + whole.copyOf(whole.size - 1))
        refused(whole + 0)
    }

    @Test
    fun flippedBytesAreSeen() {
        val draw = Random(1)
        repeat(FLIPS) {
            val bytes = whole.copyOf()
            val place = draw.nextInt(bytes.size)
            bytes[place] = (bytes[place].toInt() xor (1 shl draw.nextInt(8))).toByte()
            try {
                // Times and versions of the archive's entries mean nothing.
                assertEquals("tagging", ModelFile.read(ByteBuffer.wrap(bytes)).task)
            } catch (error: InvalidModelException) {
                assertTrue(error.message.orEmpty().length > SHORT)
            }
        }
    }

    @Test
    fun theNetworkIsChecked() {
        val bytes = whole.copyOf()
        bytes[0] = 1
        assertTrue(refused(bytes).contains("the network does not have its checksum"))
        assertTrue(refused(byteArrayOf(0) + whole).contains("the network has"))
    }

    @Test
    fun otherFiles() {
        assertTrue(refused(ByteArray(0)).contains("too short"))
        assertTrue(refused(Random(0).nextBytes(FLIPS)).contains("no archive of ours"))
    }

    private fun refused(bytes: ByteArray): String =
        assertThrows(InvalidModelException::class.java) {
            ModelFile.read(ByteBuffer.wrap(bytes))
        }.message.orEmpty()

    private companion object {
        const val FLIPS = 5_000
        const val SHORT = 20
    }
}
