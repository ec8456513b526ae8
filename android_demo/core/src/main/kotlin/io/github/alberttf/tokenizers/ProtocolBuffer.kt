package io.github.alberttf.tokenizers

/**
 * Reads the fields of a message, one after the other.
 *
 * @throws IndexOutOfBoundsException from any function, where the message is damaged.
 */
internal class ProtocolBuffer(
    private val data: ByteArray,
    private var place: Int = 0,
    private val end: Int = data.size,
) {
    /** The number of the field that was read last. */
    var field = 0
        private set
    private var number = 0L
    private var start = 0
    private var size = 0

    /** Reads the next field; false at the end. */
    fun next(): Boolean {
        if (place >= end) return false
        val key = varint()
        field = (key ushr 3).toInt()
        start = place
        when ((key and 7).toInt()) {
            VARINT -> {
                number = varint()
                return true
            }
            FIXED_64 -> size = 8
            FIXED_32 -> size = 4
            SIZED -> {
                val length = varint()
                start = place
                if (length < 0 || length > end - place) throw IndexOutOfBoundsException("a field")
                size = length.toInt()
            }
            else -> throw IndexOutOfBoundsException("a kind of field")
        }
        if (size > end - start) throw IndexOutOfBoundsException("a field")
        place = start + size
        return true
    }

    fun int(): Int = number.toInt()

    fun float(): Float {
        if (size != 4) throw IndexOutOfBoundsException("a number")
        val bits = (0..3).fold(0) { bits, i -> bits or ((data[start + i].toInt() and 255) shl 8 * i) }
        return Float.fromBits(bits)
    }

    fun message() = ProtocolBuffer(data, start, start + size)

    fun bytes(): ByteArray = data.copyOfRange(start, start + size)

    /** A text; null if it is not UTF-8. */
    fun text(): String? =
        try {
            data.decodeToString(start, start + size, throwOnInvalidSequence = true)
        } catch (_: CharacterCodingException) {
            null
        }

    private fun varint(): Long {
        var value = 0L
        var shift = 0
        while (shift < 64) {
            if (place >= end) throw IndexOutOfBoundsException("a number")
            val byte = data[place].toInt()
            place += 1
            value = value or ((byte.toLong() and 127) shl shift)
            if (byte >= 0) return value
            shift += 7
        }
        throw IndexOutOfBoundsException("a number")
    }

    private companion object {
        const val VARINT = 0
        const val FIXED_64 = 1
        const val SIZED = 2
        const val FIXED_32 = 5
    }
}
