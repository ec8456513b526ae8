package io.github.alberttf.demo.view

import android.content.Context
import android.util.AttributeSet
import android.view.LayoutInflater
import android.view.View
import android.widget.LinearLayout
import android.widget.TextView
import io.github.alberttf.demo.R
import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.Highlight
import io.github.alberttf.demo.state.Score

/** An answer: the text with its marked words, and bars for the scores. */
class AnswerView(
    context: Context,
    attributes: AttributeSet,
) : LinearLayout(context, attributes) {
    private val headline: TextView
    private val marked: TextView
    private val scores: LinearLayout
    private val palette = Palette(context)
    private var shown: Answer? = null

    init {
        orientation = VERTICAL
        LayoutInflater.from(context).inflate(R.layout.view_answer, this, true)
        headline = view(R.id.headline)
        marked = view(R.id.marked)
        scores = view(R.id.scores)
        visibility = View.GONE
    }

    /** Shows an answer; null for none. */
    fun show(answer: Answer?) {
        if (answer == shown) return
        shown = answer
        visibility = if (answer == null) View.GONE else View.VISIBLE
        scores.removeAllViews()
        when (answer) {
            is Answer.Labels -> showLabels(answer)
            is Answer.Entities -> showEntities(answer)
            is Answer.Words -> showWords(answer)
            null -> Unit
        }
    }

    private fun showLabels(answer: Answer.Labels) {
        headline.showIfAny(answer.best)
        marked.showIfAny("")
        answer.scores.take(MOST).forEach(::addScore)
    }

    private fun showEntities(answer: Answer.Entities) {
        headline.showIfAny(answer.best)
        marked.showIfAny(palette.mark(answer.text, answer.entities))
        answer.intents.take(MOST_INTENTS).forEach(::addScore)
        answer.entities.forEach { addScore(named(it, answer.text)) }
    }

    private fun showWords(answer: Answer.Words) {
        headline.showIfAny(answer.best.ifEmpty { resources.getString(R.string.no_answer) })
        val best = answer.candidates.filter { answer.best.isNotEmpty() }.take(1)
        marked.showIfAny(palette.mark(answer.passage, best))
        answer.candidates.take(MOST).forEach { addScore(named(it, answer.passage)) }
    }

    /** The probability of marked words, named by what they are, which colours alone do not say. */
    private fun named(
        one: Highlight,
        text: String,
    ): Score {
        val words = text.substring(one.start, one.end)
        if (one.label.isEmpty()) return Score(words, one.score)
        return Score(resources.getString(R.string.entity, one.label, words), one.score)
    }

    private fun addScore(score: Score) {
        val row = LayoutInflater.from(context).inflate(R.layout.row_score, scores, false)
        ScoreRow(row).show(score)
        scores.addView(row)
    }

    private fun TextView.showIfAny(content: CharSequence) {
        text = content
        visibility = if (content.isEmpty()) View.GONE else View.VISIBLE
    }

    private companion object {
        const val MOST = 5
        const val MOST_INTENTS = 3
    }
}
