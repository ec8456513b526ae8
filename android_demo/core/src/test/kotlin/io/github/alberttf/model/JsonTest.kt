package io.github.alberttf.model

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class JsonTest {
    @Test
    fun values() {
        val text = " {\"a\": [1, -2.5e1, true, null, \"\\u00e9\\n\\\"\"], \"b\": {}} "
        val expected = mapOf("a" to listOf(1L, -25.0, true, null, "é\n\""), "b" to mapOf<String, Any>())
        assertEquals(expected, Json.parse(text))
    }

    @Test
    fun whatReadersDifferAboutIsRefused() {
        val wrong =
            listOf(
                "",
                "{",
                "[1,]",
                "{\"a\": 1, \"a\": 2}",
                "NaN",
                "1e999",
                "01",
                "1.",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "tru",
                "[1] 2",
                "{1: 2}",
                "[".repeat(100_000),
                "- 1",
            )
        for (text in wrong) {
            assertThrows(text.take(20), InvalidModelException::class.java) { Json.parse(text) }
        }
    }
}
