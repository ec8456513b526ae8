package io.github.alberttf.demo.view

import android.content.Context
import android.text.SpannableString
import android.text.Spanned
import android.text.style.BackgroundColorSpan
import io.github.alberttf.demo.R
import io.github.alberttf.demo.state.Highlight

/** The colours of marked words: one for each label, in the order in which they come. */
internal class Palette(
    context: Context,
) {
    private val colors: IntArray = context.resources.getIntArray(R.array.marks)

    /** A text with its marked words coloured. */
    fun mark(
        text: String,
        highlights: List<Highlight>,
    ): CharSequence {
        val marked = SpannableString(text)
        val labels = highlights.map { it.label }.distinct()
        for (one in highlights) {
            val color = colors[labels.indexOf(one.label) % colors.size]
            marked.setSpan(
                BackgroundColorSpan(color),
                one.start,
                one.end,
                Spanned.SPAN_EXCLUSIVE_EXCLUSIVE,
            )
        }
        return marked
    }
}
