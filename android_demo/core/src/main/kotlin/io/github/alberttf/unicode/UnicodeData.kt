package io.github.alberttf.unicode

/**
 * What Unicode says of single characters, in the version that the models were trained with.
 *
 * Not asked of Java or of the device: their tables differ by version, and with them the tokens.
 * Looking up takes a search, so whoever asks for each character of texts remembers the answers in
 * a [CharacterMap].
 */
internal object UnicodeData {
    const val LAST_CODE = 0x10FFFF

    private const val CATEGORY = 31
    private const val SPACE = 32
    private const val UNSPACED = 64
    private const val DIGIT = 128

    // The order of `CATEGORIES` in unicode_tables.py.
    private const val CN = 0
    private const val CC = 1
    private const val CF = 2
    private const val CS = 4
    private const val LL = 5
    private const val LU = 9
    private const val MC = 10
    private const val MN = 12
    private const val ND = 13
    private const val NO = 15
    private const val PC = 16
    private const val PS = 22
    private const val ZS = 29

    private const val DOTTED_I = 0x130
    private val DOTTED_SMALL_I = intArrayOf(0x69, 0x307)

    private val properties = Runs(UnicodeTables.PROPERTIES)
    private val combining = Runs(UnicodeTables.COMBINING)
    private val sigmaKinds = Runs(UnicodeTables.SIGMA_KINDS)
    private val lower: Map<Int, IntArray> = readLower()

    private fun category(code: Int): Int = properties[code] and CATEGORY

    /** Python's `str.isspace`. */
    fun isSpace(code: Int): Boolean = properties[code] and SPACE != 0

    /** Python's `str.isdigit`. */
    fun isDigit(code: Int): Boolean = properties[code] and DIGIT != 0

    /** Whether it is of a script that puts no blanks between words. */
    fun isUnspaced(code: Int): Boolean = properties[code] and UNSPACED != 0

    /** A blank that is no control character (category Zs). */
    fun isBlank(code: Int): Boolean = category(code) == ZS

    /** A control or format character (categories Cc and Cf). */
    fun isControl(code: Int): Boolean = category(code).let { it == CC || it == CF }

    /** Of category C: control, format, private, half a pair, or not assigned. */
    fun isOther(code: Int): Boolean = category(code) in CN..CS

    /** Of category L or N. */
    fun isLetterOrNumber(code: Int): Boolean = category(code).let { it in LL..LU || it in ND..NO }

    /** Of category M. */
    fun isMark(code: Int): Boolean = category(code) in MC..MN

    /** A mark that takes no room (category Mn). */
    fun isNonSpacingMark(code: Int): Boolean = category(code) == MN

    /** Of category P. */
    fun isPunctuation(code: Int): Boolean = category(code) in PC..PS

    /** The canonical combining class; 0 for what begins anew. */
    fun combiningClass(code: Int): Int = combining[code]

    /** Whether a capital sigma before or behind it looks at it, see [FinalSigma]. */
    fun sigmaKind(code: Int): Int = sigmaKinds[code]

    /** In lower case; two characters for a capital I with a dot, else one. */
    fun toLower(code: Int): IntArray = lower[code] ?: intArrayOf(code)

    private fun readLower(): Map<Int, IntArray> {
        val letters = HashMap<Int, IntArray>()
        letters[DOTTED_I] = DOTTED_SMALL_I
        val reader = NumberReader(UnicodeTables.LOWER)
        var code = 0
        while (reader.hasNext()) {
            code += reader.next()
            letters[code] = intArrayOf(code + reader.nextSigned())
        }
        return letters
    }
}
