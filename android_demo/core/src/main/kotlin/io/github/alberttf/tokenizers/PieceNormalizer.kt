package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException

/**
 * A SentencePiece model's own normalization: rules of what takes the place of some characters,
 * blanks that are marked, and runs of them that become one.
 *
 * The rules are a double array trie over UTF-8 (Darts) and texts that end with a zero byte.
 *
 * @param symbols pieces that stay what they are, user defined ones; null for none.
 */
internal class PieceNormalizer(
    model: SentencePieceModel,
    private val symbols: PieceTrie?,
) {
    private val addsPrefix = model.addsDummyPrefix && !model.marksWordEnds
    private val addsSuffix = model.addsDummyPrefix && model.marksWordEnds
    private val removesSpaces = model.removesExtraSpaces
    private val space = if (model.escapesSpaces) WORD_START else BLANK
    private val units: IntArray
    private val texts: Array<IntArray>
    private val textAt: IntArray

    init {
        val rules = model.rules
        var trieBytes = 0
        if (rules.isNotEmpty()) {
            trieBytes = if (rules.size > 4) intAt(rules, 0) else 0
            if (trieBytes < 4 || trieBytes % 4 != 0 || trieBytes >= rules.size - 4) {
                throw InvalidModelException("the rules of the SentencePiece vocabulary are damaged")
            }
        }
        units = IntArray(trieBytes / 4) { intAt(rules, 4 + 4 * it) }
        val found = ArrayList<IntArray>()
        textAt = IntArray(maxOf(0, rules.size - 4 - trieBytes))
        var begin = 4 + trieBytes
        for (place in begin until rules.size) {
            textAt[place - 4 - trieBytes] = -1
            if (rules[place] != 0.toByte()) continue
            if (place - begin > MOST_BYTES) {
                throw InvalidModelException("a rule of the SentencePiece vocabulary is too long")
            }
            textAt[begin - 4 - trieBytes] = found.size
            found.add(if (begin < place) codesOf(rules.decodeToString(begin, place)) else EMPTY)
            begin = place + 1
        }
        texts = found.toTypedArray()
    }

    /** ASCII characters to which nothing is done before others of them; nearly all text is so. */
    private val isPlain = BooleanArray(ASCII, ::staysAsItIs)

    private fun staysAsItIs(code: Int): Boolean {
        if (symbols != null && symbols.first(code) != PieceTrie.NONE) return false
        val next = if (units.isEmpty()) -1 else follow(offsetOf(units[0]), code)
        if (next < 0) return true
        return next and LEAF == 0 && (0 until ASCII).all { follow(next, it) < 0 }
    }

    /** Writes what the first [size] characters of [codes] become, in the place of [text]. */
    fun normalize(
        codes: IntArray,
        size: Int,
        text: NormalizedText,
    ) {
        text.clear()
        var place = 0
        if (removesSpaces) {
            while (place < size) {
                val match = match(codes, place, size)
                if (!isBlank(codes, place, match)) break
                place += lengthOf(match)
            }
        }
        if (place == size) return
        if (addsPrefix) text.add(space, place)
        place = addAll(codes, place, size, text)
        if (removesSpaces) place = removeLastSpaces(text, place)
        if (addsSuffix) text.add(space, place)
        text.sources.add(place)
    }

    private fun addAll(
        codes: IntArray,
        begin: Int,
        size: Int,
        text: NormalizedText,
    ): Int {
        var place = begin
        var isBehindSpace = removesSpaces
        while (place < size) {
            val code = codes[place]
            if (isPlainAt(codes, place, size)) {
                val isBlank = code == BLANK
                if (!isBlank || !isBehindSpace) text.add(if (isBlank) space else code, place)
                isBehindSpace = isBlank && removesSpaces
                place += 1
                continue
            }
            val match = match(codes, place, size)
            val rule = ruleOf(match)
            val length = lengthOf(match)
            val source = if (rule < 0) codes else texts[rule]
            var from = if (rule < 0) place else 0
            val to = if (rule < 0) place + length else source.size
            while (isBehindSpace && from < to && source[from] == BLANK) from += 1
            for (index in from until to) {
                text.add(if (source[index] == BLANK) space else source[index], place)
            }
            if (from < to) isBehindSpace = source[to - 1] == BLANK
            place += length
            if (!removesSpaces) isBehindSpace = false
        }
        return place
    }

    /** Where the text now ends in its source. */
    private fun removeLastSpaces(
        text: NormalizedText,
        end: Int,
    ): Int {
        var place = end
        var size = text.codes.size
        while (size > 0 && text.codes[size - 1] == space) {
            size -= 1
            place = text.sources[size]
        }
        text.codes.shrink(size)
        text.sources.shrink(size)
        return place
    }

    private fun isPlainAt(
        codes: IntArray,
        place: Int,
        size: Int,
    ): Boolean {
        val code = codes[place]
        val next = place + 1
        return code < ASCII && isPlain[code] && (next == size || codes[next] < ASCII)
    }

    /** The longest match at a place: its length, and the number of a rule or none. */
    private fun match(
        codes: IntArray,
        place: Int,
        size: Int,
    ): Long {
        if (isPlainAt(codes, place, size)) return PLAIN
        if (symbols != null) {
            val length = symbolAt(symbols, codes, place, size)
            if (length > 0) return pack(length, -1)
        }
        if (units.isEmpty()) return PLAIN
        return ruleAt(codes, place, size)
    }

    private fun symbolAt(
        symbols: PieceTrie,
        codes: IntArray,
        place: Int,
        size: Int,
    ): Int {
        var node = symbols.first(codes[place])
        var longest = 0
        var next = place
        while (node != PieceTrie.NONE) {
            next += 1
            if (symbols.value(node) != PieceTrie.NONE) longest = next - place
            if (next == size) break
            node = symbols.step(node, codes[next])
        }
        return longest
    }

    private fun ruleAt(
        codes: IntArray,
        place: Int,
        size: Int,
    ): Long {
        var node = offsetOf(units[0])
        var found = PLAIN
        for (next in place until size) {
            val code = codes[next]
            if (code < 0x80) {
                node = follow(node, code)
            } else {
                // As UTF-8.
                if (code < 0x800) {
                    node = follow(node, 0xC0 or (code shr 6))
                } else {
                    if (code < 0x10000) {
                        node = follow(node, 0xE0 or (code shr 12))
                    } else {
                        node = follow(node, 0xF0 or (code shr 18))
                        if (node >= 0) node = follow(node, 0x80 or ((code shr 12) and 63))
                    }
                    if (node >= 0) node = follow(node, 0x80 or ((code shr 6) and 63))
                }
                if (node >= 0) node = follow(node, 0x80 or (code and 63))
            }
            if (node < 0) break
            val rule = leaf(node)
            node = node and LEAF.inv()
            if (rule >= 0) found = pack(next + 1 - place, rule)
        }
        return found
    }

    /**
     * One step in the trie.
     *
     * @return the place of the children, with [LEAF] if a rule ends here; -1 if there is none.
     */
    private fun follow(
        node: Int,
        byte: Int,
    ): Int {
        val place = (node and LEAF.inv()) xor byte
        if (place >= units.size) return -1
        val unit = units[place]
        if (unit and LABEL != byte) return -1
        val children = place xor offsetOf(unit)
        return if (unit and HAS_LEAF != 0) children or LEAF else children
    }

    /** The number of the rule's text; -1 for none. */
    private fun leaf(node: Int): Int {
        if (node and LEAF == 0) return -1
        val place = node and LEAF.inv()
        if (place >= units.size) return -1
        val offset = units[place] and Int.MAX_VALUE
        return if (offset < textAt.size) textAt[offset] else -1
    }

    private fun offsetOf(unit: Int): Int = (unit ushr 10) shl ((unit and 0x200) ushr 6)

    private fun isBlank(
        codes: IntArray,
        place: Int,
        match: Long,
    ): Boolean {
        val rule = ruleOf(match)
        if (rule < 0) return lengthOf(match) == 1 && codes[place] == BLANK
        return texts[rule].size == 1 && texts[rule][0] == BLANK
    }

    private fun pack(
        length: Int,
        rule: Int,
    ): Long = (length.toLong() shl 32) or (rule + 1).toLong()

    private fun lengthOf(match: Long): Int = (match ushr 32).toInt()

    private fun ruleOf(match: Long): Int = match.toInt() - 1

    companion object {
        /** SentencePiece's mark for the blank before a word. */
        const val WORD_START = 0x2581
        private const val BLANK = 0x20

        /** Of what takes the place of a character; the longest of Unicode's has 33. */
        private const val MOST_BYTES = 1024
        private val EMPTY = IntArray(0)
        private const val ASCII = 128

        /** A character without a rule, see [pack]. */
        private const val PLAIN = 1L shl 32
        private const val HAS_LEAF = 0x100
        private const val LABEL = Int.MIN_VALUE or 0xFF
        private const val LEAF = 1 shl 30

        private fun intAt(
            bytes: ByteArray,
            place: Int,
        ): Int = (0..3).fold(0) { bits, i -> bits or ((bytes[place + i].toInt() and 255) shl 8 * i) }
    }
}
