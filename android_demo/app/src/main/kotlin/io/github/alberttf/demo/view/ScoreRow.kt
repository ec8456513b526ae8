package io.github.alberttf.demo.view

import android.view.View
import android.widget.ProgressBar
import android.widget.TextView
import io.github.alberttf.demo.R
import io.github.alberttf.demo.state.Score
import java.text.NumberFormat

/** A label or sentence with its score as a bar, which TalkBack reads as one. */
internal class ScoreRow(
    private val row: View,
) {
    private val label: TextView = row.view(R.id.label)
    private val bar: ProgressBar = row.view(R.id.bar)
    private val percent: TextView = row.view(R.id.percent)

    /** Shows a score. */
    fun show(score: Score) {
        val share = percentFormat().format(score.probability)
        label.text = score.label
        bar.progress = Math.round(score.probability * bar.max)
        percent.text = share
        row.contentDescription =
            row.resources.getString(R.string.score_description, score.label, share)
    }

    private fun percentFormat(): NumberFormat = NumberFormat.getPercentInstance().apply { maximumFractionDigits = 1 }
}
