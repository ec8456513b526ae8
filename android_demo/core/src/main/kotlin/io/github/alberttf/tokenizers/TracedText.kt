package io.github.alberttf.tokenizers

/**
 * Characters (code points), and where each of them comes from.
 *
 * Places are those of a Kotlin `String`, in UTF-16 units.
 */
internal class TracedText(
    capacity: Int,
) {
    var codes = IntArray(capacity + 16)
        private set
    private var starts = IntArray(capacity + 16)
    private var ends = IntArray(capacity + 16)
    var size = 0
        private set

    fun clear() {
        size = 0
    }

    fun add(
        code: Int,
        start: Int,
        end: Int,
    ) {
        if (size == codes.size) grow()
        codes[size] = code
        starts[size] = start
        ends[size] = end
        size += 1
    }

    /** The last character also stands for what is before [end]. */
    fun extendLast(end: Int) {
        if (size > 0) ends[size - 1] = end
    }

    fun start(index: Int): Int = starts[index]

    fun end(index: Int): Int = ends[index]

    fun setEnd(
        index: Int,
        end: Int,
    ) {
        ends[index] = end
    }

    private fun grow() {
        val capacity = 2 * size
        codes = codes.copyOf(capacity)
        starts = starts.copyOf(capacity)
        ends = ends.copyOf(capacity)
    }
}

/** The character at a place of a text that has no half surrogate pairs. */
internal fun codeAt(
    text: String,
    place: Int,
): Int {
    val unit = text[place]
    if (!unit.isHighSurrogate()) return unit.code
    return 0x10000 + ((unit.code - 0xD800) shl 10) + (text[place + 1].code - 0xDC00)
}

/** How many UTF-16 units a character takes. */
internal fun unitsOf(code: Int): Int = if (code < 0x10000) 1 else 2

/** The characters of a text that has no half surrogate pairs. */
internal fun codesOf(text: String): IntArray {
    val codes = IntArray(text.length)
    var size = 0
    var place = 0
    while (place < text.length) {
        codes[size] = codeAt(text, place)
        place += unitsOf(codes[size])
        size += 1
    }
    return codes.copyOf(size)
}

/** The text of [codes] from [begin] to [end], exclusive. */
internal fun textOf(
    codes: IntArray,
    begin: Int,
    end: Int,
): String {
    val text = StringBuilder(end - begin)
    for (place in begin until end) {
        val code = codes[place]
        if (code < 0x10000) {
            text.append(code.toChar())
        } else {
            text.append((0xD800 + ((code - 0x10000) shr 10)).toChar())
            text.append((0xDC00 + (code and 0x3FF)).toChar())
        }
    }
    return text.toString()
}

/**
 * The text with U+FFFD for each half of a surrogate pair, which stands for no character.
 *
 * Places stay the same. Encoders of UTF-8 that replace do so too.
 */
internal fun wellFormed(text: String): String {
    var place = 0
    while (place < text.length && isWholeAt(text, place)) {
        place += if (text[place].isHighSurrogate()) 2 else 1
    }
    if (place == text.length) return text
    val units = text.toCharArray()
    while (place < units.size) {
        if (isWholeAt(text, place)) {
            place += if (text[place].isHighSurrogate()) 2 else 1
        } else {
            units[place] = '\uFFFD'
            place += 1
        }
    }
    return units.concatToString()
}

private fun isWholeAt(
    text: String,
    place: Int,
): Boolean {
    val unit = text[place]
    if (!unit.isSurrogate()) return true
    return unit.isHighSurrogate() && place + 1 < text.length && text[place + 1].isLowSurrogate()
}
