package io.github.alberttf.model

/**
 * Reads a JSON text into maps, lists, texts, `Long`s, `Double`s, `Boolean`s and nulls.
 *
 * Strict, as the text may come from anywhere: the same name twice, numbers that are not finite and
 * more than [DEPTH] levels are refused.
 */
internal class Json private constructor(
    private val text: String,
) {
    private var place = 0

    private fun whole(): Any? {
        val value = value(0)
        blanks()
        if (place < text.length) fail("something follows it")
        return value
    }

    private fun value(depth: Int): Any? {
        if (depth > DEPTH) fail("more than $DEPTH levels")
        blanks()
        return when (peek()) {
            '{' -> map(depth)
            '[' -> list(depth)
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> number()
        }
    }

    private fun map(depth: Int): Map<String, Any?> {
        val values = LinkedHashMap<String, Any?>()
        place += 1
        blanks()
        if (take('}')) return values
        while (true) {
            blanks()
            if (peek() != '"') fail("a name is missing")
            val name = string()
            blanks()
            if (!take(':')) fail("a colon is missing")
            if (name in values) fail("the name \"$name\" is there twice")
            values[name] = value(depth + 1)
            blanks()
            if (take('}')) return values
            if (!take(',')) fail("a comma is missing")
        }
    }

    private fun list(depth: Int): List<Any?> {
        val values = ArrayList<Any?>()
        place += 1
        blanks()
        if (take(']')) return values
        while (true) {
            values.add(value(depth + 1))
            blanks()
            if (take(']')) return values
            if (!take(',')) fail("a comma is missing")
        }
    }

    private fun string(): String {
        val found = StringBuilder()
        place += 1
        while (true) {
            val unit = peek()
            place += 1
            when {
                unit == '"' -> return found.toString()
                unit < ' ' -> fail("a text has no end")
                unit == '\\' -> found.append(escaped())
                else -> found.append(unit)
            }
        }
    }

    private fun escaped(): Char {
        val unit = peek()
        place += 1
        val index = ESCAPES.indexOf(unit)
        if (index >= 0) return ESCAPED[index]
        if (unit != 'u' || place + HEX > text.length) fail("an escape is wrong")
        val digits = text.substring(place, place + HEX)
        place += HEX
        if (digits.any { it !in "0123456789abcdefABCDEF" }) fail("an escape is wrong")
        return digits.toInt(16).toChar()
    }

    private fun number(): Any {
        val begin = place
        while (place < text.length && text[place] in "+-.0123456789eE") place += 1
        val digits = text.substring(begin, place)
        val whole = if (WHOLE.matches(digits)) digits.toLongOrNull() else null
        if (whole != null) return whole
        val number = if (NUMBER.matches(digits)) digits.toDouble() else Double.NaN
        if (number.isNaN() || number.isInfinite()) fail("a value is wrong")
        return number
    }

    private fun word(
        word: String,
        value: Any?,
    ): Any? {
        if (!text.startsWith(word, place)) fail("a value is wrong")
        place += word.length
        return value
    }

    private fun blanks() {
        while (place < text.length && text[place] in " \t\r\n") place += 1
    }

    private fun peek(): Char = if (place < text.length) text[place] else fail("its end is missing")

    private fun take(unit: Char): Boolean {
        if (peek() != unit) return false
        place += 1
        return true
    }

    private fun fail(what: String): Nothing = throw InvalidModelException("not a readable JSON text: $what, at place $place")

    companion object {
        private const val DEPTH = 64
        private const val HEX = 4
        private const val ESCAPES = "\"\\/bfnrt"
        private const val ESCAPED = "\"\\/\b\u000C\n\r\t"
        private val WHOLE = Regex("-?(0|[1-9][0-9]*)")
        private val NUMBER = Regex("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")

        /** @throws InvalidModelException the text is no JSON. */
        fun parse(text: String): Any? = Json(text).whole()
    }
}
