package io.github.alberttf.model

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.zip.CRC32
import java.util.zip.DataFormatException
import java.util.zip.Inflater

/**
 * The zip archive behind the network in a model's file.
 *
 * However the file came about, no more memory is taken than the limits that callers give.
 *
 * @property start where the archive begins, which is where the network ends.
 */
internal class Archive(
    file: ByteBuffer,
) {
    private class Member(
        val method: Int,
        val crc: Long,
        val packed: Long,
        val size: Long,
        val offset: Long,
        val nameBytes: Int,
    )

    private val data: ByteBuffer = file.duplicate().order(ByteOrder.LITTLE_ENDIAN)
    private val members = LinkedHashMap<String, Member>()
    val start: Int

    /** What is in it. */
    val names: Set<String> get() = members.keys

    init {
        val end = data.limit() - END_BYTES
        if (end < LOCATOR_BYTES) fail("it is too short")
        val entries = short(end + END_ENTRIES)
        val length = int(end + END_LENGTH)
        val hasOther =
            int(end) != END_SIGNATURE ||
                short(end + END_COMMENT) != 0L ||
                int(end - LOCATOR_BYTES) == LOCATOR_SIGNATURE
        if (hasOther || entries > MOST_MEMBERS || length > DIRECTORY_BYTES || length > end) {
            fail("there is no archive of ours at its end")
        }
        val directory = end - length.toInt()
        readDirectory(directory, end, directory - int(end + END_OFFSET))
        start = checkPlaces(directory)
    }

    private fun readDirectory(
        directory: Int,
        end: Int,
        shift: Long,
    ) {
        var place = directory
        while (place < end) {
            if (end - place < ENTRY_BYTES || int(place) != ENTRY_SIGNATURE) fail(DIRECTORY)
            val nameBytes = short(place + ENTRY_NAME).toInt()
            val more = short(place + ENTRY_EXTRA) + short(place + ENTRY_COMMENT)
            if (place + ENTRY_BYTES + nameBytes + more > end) fail(DIRECTORY)
            if (short(place + ENTRY_FLAGS) and ENCRYPTED != 0L) fail("it is encrypted")
            val name = bytes(place + ENTRY_BYTES, nameBytes).decodeToString()
            val member =
                Member(
                    method = short(place + ENTRY_METHOD).toInt(),
                    crc = int(place + ENTRY_CRC),
                    packed = int(place + ENTRY_PACKED),
                    size = int(place + ENTRY_SIZE),
                    offset = int(place + ENTRY_OFFSET) + shift,
                    nameBytes = nameBytes,
                )
            if (members.put(name, member) != null) fail("it has other members")
            place += ENTRY_BYTES + nameBytes + more.toInt()
        }
    }

    /** Members follow each other without gap or overlap. */
    private fun checkPlaces(directory: Int): Int {
        val sorted = members.values.sortedBy { it.offset }
        val starts = sorted.map { it.offset }
        val ends = sorted.map { it.offset + LOCAL_BYTES + it.nameBytes + it.packed }
        if (sorted.isEmpty() || starts[0] < 0 || ends != starts.drop(1) + directory.toLong()) {
            fail("its members are not in their places")
        }
        return starts[0].toInt()
    }

    /** One member, of at most [most] bytes, whatever the directory says. */
    fun read(
        name: String,
        most: Long,
    ): ByteArray {
        val member = members[name] ?: fail("$name is missing")
        if (member.method != STORED && member.method != DEFLATED) {
            fail("$name is compressed otherwise")
        }
        if (member.size > minOf(most, MOST_RATIO * member.packed, MOST_BYTES)) {
            fail("$name of ${member.size} bytes is larger than it needs")
        }
        val local = member.offset.toInt()
        val isSame =
            int(local) == LOCAL_SIGNATURE &&
                short(local + LOCAL_NAME) == member.nameBytes.toLong() &&
                short(local + LOCAL_NAME + 2) == 0L
        if (!isSame) fail("its members are not in their places")
        val packed = bytes(local + LOCAL_BYTES + member.nameBytes, member.packed.toInt())
        val content =
            if (member.method == STORED) packed else inflate(name, packed, member.size.toInt())
        val crc = CRC32().apply { update(content) }.value
        if (content.size.toLong() != member.size || crc != member.crc) {
            fail("$name does not have its checksum")
        }
        return content
    }

    private fun inflate(
        name: String,
        packed: ByteArray,
        size: Int,
    ): ByteArray {
        val inflater = Inflater(true)
        try {
            inflater.setInput(packed)
            val content = ByteArray(size)
            var done = 0
            while (done < size) {
                val count = inflater.inflate(content, done, size - done)
                if (count == 0) fail("$name is truncated")
                done += count
            }
            return content
        } catch (error: DataFormatException) {
            throw InvalidModelException("$DAMAGED ($name: ${error.message})", error)
        } finally {
            inflater.end()
        }
    }

    private fun short(place: Int): Long = data.getShort(place).toLong() and 0xFFFF

    private fun int(place: Int): Long = data.getInt(place).toLong() and 0xFFFFFFFF

    private fun bytes(
        place: Int,
        size: Int,
    ): ByteArray {
        val content = ByteArray(size)
        val part = data.duplicate()
        part.position(place)
        part.get(content)
        return content
    }

    private fun fail(what: String): Nothing = throw InvalidModelException("$DAMAGED ($what)")

    companion object {
        const val DAMAGED =
            "the file is truncated, damaged, or not written by `albert-tf export`"
        private const val DIRECTORY = "its directory is damaged"
        private const val MOST_MEMBERS = 4
        private const val DIRECTORY_BYTES = 1024
        private const val MOST_RATIO = 100L
        private const val MOST_BYTES = Int.MAX_VALUE.toLong()
        private const val STORED = 0
        private const val DEFLATED = 8
        private const val ENCRYPTED = 1L

        // The end of an archive, where its fields are, and what may be before it.
        private const val END_SIGNATURE = 0x06054B50L
        private const val END_BYTES = 22
        private const val END_ENTRIES = 10
        private const val END_LENGTH = 12
        private const val END_OFFSET = 16
        private const val END_COMMENT = 20
        private const val LOCATOR_SIGNATURE = 0x07064B50L
        private const val LOCATOR_BYTES = 20

        // An entry of the directory.
        private const val ENTRY_SIGNATURE = 0x02014B50L
        private const val ENTRY_BYTES = 46
        private const val ENTRY_FLAGS = 8
        private const val ENTRY_METHOD = 10
        private const val ENTRY_CRC = 16
        private const val ENTRY_PACKED = 20
        private const val ENTRY_SIZE = 24
        private const val ENTRY_NAME = 28
        private const val ENTRY_EXTRA = 30
        private const val ENTRY_COMMENT = 32
        private const val ENTRY_OFFSET = 42

        // What stands before each member.
        private const val LOCAL_SIGNATURE = 0x04034B50L
        private const val LOCAL_BYTES = 30
        private const val LOCAL_NAME = 26
    }
}
