package io.github.alberttf.unicode

/** A number for each character, stored as runs of characters that have the same one. */
internal class Runs(
    parts: List<String>,
) {
    private val starts: IntArray
    private val values: IntArray

    init {
        val reader = NumberReader(parts)
        val palette = IntArray(reader.next()) { reader.next() }
        var starts = IntArray(1024)
        var values = IntArray(1024)
        var size = 0
        var code = 0
        while (reader.hasNext()) {
            if (size == starts.size) {
                starts = starts.copyOf(2 * size)
                values = values.copyOf(2 * size)
            }
            starts[size] = code
            code += reader.next()
            values[size] = palette[reader.next()]
            size += 1
        }
        this.starts = starts.copyOf(size)
        this.values = values.copyOf(size)
    }

    operator fun get(code: Int): Int {
        var low = 0
        var high = starts.size - 1
        while (low < high) {
            val middle = (low + high + 1) ushr 1
            if (starts[middle] <= code) low = middle else high = middle - 1
        }
        return values[low]
    }
}
