package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.Normalization
import io.github.alberttf.unicode.UnicodeData

/** NFC of a text; what is composed of several characters has the span of all. */
internal object ComposedText {
    fun of(traced: TracedText): TracedText {
        val composed = TracedText(traced.size)
        var first = 0
        for (place in 1..traced.size) {
            if (place < traced.size && !beginsAnew(traced, first, place)) continue
            add(traced, first, place, composed)
            first = place
        }
        return composed
    }

    private fun add(
        traced: TracedText,
        first: Int,
        end: Int,
        composed: TracedText,
    ) {
        if (first == end) return
        if (end == first + 1 && Normalization.standsAlone(traced.codes[first])) {
            composed.add(traced.codes[first], traced.start(first), traced.end(first))
            return
        }
        val codes = Normalization.compose(traced.codes.copyOfRange(first, end))
        val isOneEach = codes.size == end - first
        for ((index, code) in codes.withIndex()) {
            val from = if (isOneEach) first + index else first
            val to = if (isOneEach) first + index else end - 1
            composed.add(code, traced.start(from), traced.end(to))
        }
    }

    /** Whether the character at [place] composes with nothing from [first] on. */
    private fun beginsAnew(
        traced: TracedText,
        first: Int,
        place: Int,
    ): Boolean {
        val code = traced.codes[place]
        if (Normalization.standsAlone(code)) return true
        if (UnicodeData.combiningClass(code) != 0) return false
        val before = Normalization.compose(traced.codes.copyOfRange(first, place))
        val both = Normalization.compose(traced.codes.copyOfRange(first, place + 1))
        return both contentEquals before + Normalization.compose(intArrayOf(code))
    }
}
