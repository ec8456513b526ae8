package io.github.alberttf.unicode

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

class UnicodeDataTest {
    @Test
    fun theVersionIsPythons() {
        // That of Python 3.11, by which the golden vectors were made.
        assertEquals("14.0.0", UnicodeTables.VERSION)
        // Assigned in version 16, where it would become a "z".
        assertArrayEquals(intArrayOf(0x1CCEF), Normalization.decompose(0x1CCEF, true))
    }

    @Test
    fun categories() {
        assertTrue(UnicodeData.isSpace(0x1C) && UnicodeData.isSpace(0x3000))
        assertFalse(UnicodeData.isSpace(0x200B))
        assertTrue(UnicodeData.isDigit('²'.code) && UnicodeData.isPunctuation('«'.code))
        assertTrue(UnicodeData.isOther(0x378) && !UnicodeData.isControl(0x378))
        assertTrue(UnicodeData.isUnspaced('中'.code) && UnicodeData.isMark(0x301))
        assertEquals(230, UnicodeData.combiningClass(0x301))
    }

    @Test
    fun normalForms() {
        assertArrayEquals(codes("fi"), Normalization.decompose('ﬁ'.code, true))
        assertArrayEquals(codes("ﬁ"), Normalization.decompose('ﬁ'.code, false))
        assertArrayEquals(codes("각"), Normalization.compose(codes("\u1100\u1161\u11A8")))
        assertArrayEquals(codes("ệ"), Normalization.compose(codes("e\u0302\u0323")))
        assertArrayEquals(codes("\u0915\u093C"), Normalization.compose(codes("\u0958")))
    }

    @Test
    fun finalSigma() {
        val codes = codes("οδοΣ Σ Σα aΣ. aΣ.b")
        FinalSigma.apply(codes, codes.size)
        assertArrayEquals(codes("οδος σ σα aς. aσ.b"), codes)
    }

    private fun codes(text: String) = IntArray(text.length) { text[it].code }
}
