package io.github.alberttf.unicode

/** Reads the numbers of `UnicodeTables`: five bits a letter, the sixth says that more follow. */
internal class NumberReader(
    private val parts: List<String>,
) {
    private var part = 0
    private var place = 0

    fun hasNext(): Boolean = part < parts.size

    fun next(): Int {
        var number = 0
        var shift = 0
        while (true) {
            val digit = digit()
            number = number or ((digit and 31) shl shift)
            if (digit < 32) return number
            shift += 5
        }
    }

    /** A number that may be below 0. */
    fun nextSigned(): Int {
        val number = next()
        return if (number and 1 == 0) number shr 1 else -((number + 1) shr 1)
    }

    private fun digit(): Int {
        val letter = parts[part][place]
        place += 1
        if (place == parts[part].length) {
            part += 1
            place = 0
        }
        return when (letter) {
            in '0'..'9' -> letter - '0'
            in 'A'..'Z' -> letter - 'A' + 10
            in 'a'..'z' -> letter - 'a' + 36
            '+' -> 62
            else -> 63
        }
    }
}
