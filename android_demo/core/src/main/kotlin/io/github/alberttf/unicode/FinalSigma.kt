package io.github.alberttf.unicode

/**
 * The rule of the Greek capital sigma, whose small letter depends on its neighbours.
 *
 * It becomes a final sigma behind a cased letter if none follows, whatever case-ignorable
 * characters are between, as in Python's `str.lower`.
 */
internal object FinalSigma {
    const val CAPITAL = 0x3A3
    const val SMALL = 0x3C3
    private const val FINAL = 0x3C2
    private const val CASED = 1
    private const val IGNORABLE = 2

    /**
     * Writes small letters for the capital ones.
     *
     * @param codes a text that is in lower case but for capital sigmas.
     * @param size its length.
     */
    fun apply(
        codes: IntArray,
        size: Int,
    ) {
        // To the right is what the text was, to the left what it became: both are cased alike.
        var isBehindCased = false
        for (place in 0 until size) {
            if (codes[place] == CAPITAL) {
                val isFinal = isBehindCased && !isBeforeCased(codes, place, size)
                codes[place] = if (isFinal) FINAL else SMALL
            }
            val kind = UnicodeData.sigmaKind(codes[place])
            if (kind != IGNORABLE) isBehindCased = kind == CASED
        }
    }

    private fun isBeforeCased(
        codes: IntArray,
        place: Int,
        size: Int,
    ): Boolean {
        for (next in place + 1 until size) {
            val kind = UnicodeData.sigmaKind(codes[next])
            if (kind != IGNORABLE) return kind == CASED
        }
        return false
    }
}
