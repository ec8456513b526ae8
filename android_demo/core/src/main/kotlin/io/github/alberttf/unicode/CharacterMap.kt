package io.github.alberttf.unicode

/**
 * What becomes of each character by some rule, remembered 256 characters at a time.
 *
 * The rule is asked about a page of characters when the first of them comes along; afterwards a
 * character costs two array reads. Threads may share a map: at worst two of them make the same
 * page.
 *
 * @param rule of a character what takes its place: several numbers, one or none. They need not be
 *   characters, but must be at least 0.
 */
internal class CharacterMap(
    private val rule: (Int) -> IntArray,
) {
    /** The numbers of single characters, or what stands for a row: -1 - its place. */
    class Page(
        val values: IntArray,
        val rows: Array<IntArray>,
    )

    private val pages = arrayOfNulls<Page>((UnicodeData.LAST_CODE shr 8) + 1)

    fun page(code: Int): Page = pages[code shr 8] ?: make(code shr 8)

    private fun make(number: Int): Page {
        val rows = ArrayList<IntArray>()
        val values =
            IntArray(256) { place ->
                val row = rule((number shl 8) or place)
                if (row.size == 1) {
                    row[0]
                } else {
                    rows.add(row)
                    -rows.size
                }
            }
        val page = Page(values, rows.toTypedArray())
        pages[number] = page
        return page
    }
}
