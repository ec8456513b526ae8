package io.github.alberttf.unicode

/** Unicode's normal forms, in the version of `UnicodeTables`. */
internal object Normalization {
    private const val FIRST_SYLLABLE = 0xAC00
    private const val FIRST_LEAD = 0x1100
    private const val FIRST_VOWEL = 0x1161
    private const val FIRST_TRAIL = 0x11A7
    private const val LEADS = 19
    private const val VOWELS = 21
    private const val TRAILS = 28
    private const val SYLLABLES = LEADS * VOWELS * TRAILS

    /** Kinds of what a character is made of. */
    private const val COMPOSED = 0
    private const val COMPATIBLE = 2
    private const val KINDS = 3

    private class Parts(
        val kind: Int,
        val codes: IntArray,
    )

    private val parts: Map<Int, Parts> = readParts()

    /** Two characters, as one number, and what is composed of them. */
    private val pairs: Map<Long, Int> = readPairs()
    private val seconds: Set<Int> = pairs.keys.mapTo(HashSet()) { it.toInt() and 0x1FFFFF }

    /** NFD of one character, or NFKD if [compatible]. */
    fun decompose(
        code: Int,
        compatible: Boolean,
    ): IntArray {
        val found = IntList(4)
        decompose(code, compatible, found)
        return found.toArray()
    }

    private fun decompose(
        code: Int,
        compatible: Boolean,
        found: IntList,
    ) {
        val index = code - FIRST_SYLLABLE
        val made = parts[code]
        if (index in 0 until SYLLABLES) {
            found.add(FIRST_LEAD + index / (VOWELS * TRAILS))
            found.add(FIRST_VOWEL + index / TRAILS % VOWELS)
            if (index % TRAILS > 0) found.add(FIRST_TRAIL + index % TRAILS)
        } else if (made != null && (compatible || made.kind != COMPATIBLE)) {
            for (part in made.codes) decompose(part, compatible, found)
        } else {
            found.add(code)
        }
    }

    /** Sorts marks by their classes, between characters that are of class 0. */
    fun order(
        codes: IntArray,
        size: Int,
    ) {
        for (place in 1 until size) {
            val code = codes[place]
            val own = UnicodeData.combiningClass(code)
            if (own == 0) continue
            var to = place
            while (to > 0 && UnicodeData.combiningClass(codes[to - 1]) > own) {
                codes[to] = codes[to - 1]
                to -= 1
            }
            codes[to] = code
        }
    }

    /** NFC of a few characters. */
    fun compose(codes: IntArray): IntArray {
        val found = IntList(codes.size + 4)
        for (code in codes) decompose(code, false, found)
        val apart = found.toArray()
        order(apart, apart.size)
        val size = composeOrdered(apart)
        return apart.copyOf(size)
    }

    /** Puts what is composed at the beginning of [codes], and gives its size. */
    private fun composeOrdered(codes: IntArray): Int {
        var size = 0
        var starter = -1
        var lastClass = -1
        for (code in codes) {
            val own = UnicodeData.combiningClass(code)
            // A mark of the same or a higher class in between keeps both apart.
            val isFree = starter >= 0 && lastClass < own
            val whole = if (isFree) pairOf(codes[starter], code) else null
            if (whole != null) {
                codes[starter] = whole
                continue
            }
            if (own == 0) {
                starter = size
                lastClass = -1
            } else {
                lastClass = own
            }
            codes[size] = code
            size += 1
        }
        return size
    }

    /**
     * Whether NFC leaves the character alone whatever is before it.
     *
     * Then what is before it can be composed without it.
     */
    fun standsAlone(code: Int): Boolean {
        if (UnicodeData.combiningClass(code) != 0) return false
        if (code in FIRST_VOWEL until FIRST_VOWEL + VOWELS) return false
        if (code in FIRST_TRAIL until FIRST_TRAIL + TRAILS || code in seconds) return false
        val kind = parts[code]?.kind
        return kind == null || kind == COMPOSED || kind == COMPATIBLE
    }

    private fun pairOf(
        first: Int,
        second: Int,
    ): Int? {
        if (first in FIRST_LEAD until FIRST_LEAD + LEADS &&
            second in FIRST_VOWEL until FIRST_VOWEL + VOWELS
        ) {
            val lead = (first - FIRST_LEAD) * VOWELS + second - FIRST_VOWEL
            return FIRST_SYLLABLE + lead * TRAILS
        }
        val index = first - FIRST_SYLLABLE
        if (index in 0 until SYLLABLES &&
            index % TRAILS == 0 &&
            second in FIRST_TRAIL + 1 until FIRST_TRAIL + TRAILS
        ) {
            return first + second - FIRST_TRAIL
        }
        return pairs[pair(first, second)]
    }

    private fun pair(
        first: Int,
        second: Int,
    ): Long = (first.toLong() shl 21) or second.toLong()

    private fun readParts(): Map<Int, Parts> {
        val found = HashMap<Int, Parts>(16384)
        val reader = NumberReader(UnicodeTables.DECOMPOSITIONS)
        val before = IntArray(32)
        var code = 0
        while (reader.hasNext()) {
            code += reader.next()
            val head = reader.next()
            val codes = IntArray(head / KINDS + 1)
            for (place in codes.indices) {
                before[place] += reader.nextSigned()
                codes[place] = before[place]
            }
            found[code] = Parts(head % KINDS, codes)
        }
        return found
    }

    private fun readPairs(): Map<Long, Int> {
        val found = HashMap<Long, Int>(4096)
        for ((code, made) in parts) {
            if (made.kind == COMPOSED) found[pair(made.codes[0], made.codes[1])] = code
        }
        return found
    }
}
