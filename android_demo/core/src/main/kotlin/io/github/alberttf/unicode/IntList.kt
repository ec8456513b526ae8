package io.github.alberttf.unicode

/** Numbers, one after the other, without an object for each. */
internal class IntList(
    capacity: Int = 16,
) {
    var items = IntArray(maxOf(capacity, 4))
        private set
    var size = 0
        private set

    fun add(item: Int) {
        if (size == items.size) items = items.copyOf(2 * size)
        items[size] = item
        size += 1
    }

    /** Adds the numbers of another list from [begin] to [end], exclusive. */
    fun addAll(
        other: IntList,
        begin: Int,
        end: Int,
    ) {
        val needed = size + end - begin
        if (needed > items.size) items = items.copyOf(maxOf(needed, 2 * size))
        other.items.copyInto(items, size, begin, end)
        size = needed
    }

    operator fun get(index: Int): Int = items[index]

    operator fun set(
        index: Int,
        item: Int,
    ) {
        items[index] = item
    }

    /** Drops what is behind the first [size] numbers. */
    fun shrink(size: Int) {
        this.size = size
    }

    fun toArray(): IntArray = items.copyOf(size)
}
