package io.github.alberttf.demo.view

import android.app.Activity
import android.content.Context
import android.view.View
import android.view.inputmethod.InputMethodManager
import android.widget.Button
import android.widget.EditText
import android.widget.ProgressBar
import android.widget.Spinner
import android.widget.TextView
import io.github.alberttf.demo.R
import io.github.alberttf.demo.state.DemoState
import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.Phase
import io.github.alberttf.demo.viewmodel.DemoViewModel

/**
 * The views of the first screen.
 *
 * @param activity whose content they are.
 * @param viewModel is told what the user does.
 */
internal class MainViews(
    private val activity: Activity,
    private val viewModel: DemoViewModel,
) {
    private val resources = activity.resources
    private val models: Spinner = activity.view(R.id.models)
    private val examples: Spinner = activity.view(R.id.examples)
    private val threads: Spinner = activity.view(R.id.threads)
    private val text: EditText = activity.view(R.id.text)
    private val passage: EditText = activity.view(R.id.passage)
    private val run: Button = activity.view(R.id.run)
    private val progress: ProgressBar = activity.view(R.id.progress)
    private val status: TextView = activity.view(R.id.status)
    private val answer: AnswerView = activity.view(R.id.answer)

    init {
        val cores = (1..Runtime.getRuntime().availableProcessors()).toList()
        threads.setChoices(cores.map(Int::toString))
        threads.onChoice { viewModel.setThreads(cores[it]) }
        models.onChoice(viewModel::select)
        // The first entry is a heading.
        examples.onChoice { index -> knownExamples().getOrNull(index - 1)?.let(viewModel::choose) }
        text.onText(viewModel::setText)
        passage.onText(viewModel::setPassage)
        run.setOnClickListener {
            hideKeyboard()
            viewModel.run()
        }
    }

    /** Shows a state. */
    fun show(state: DemoState) {
        models.setChoices(state.entries.map(resources::nameOf))
        models.choose(state.selected)
        threads.choose(state.threads - 1)
        showTexts(state)
        run.isEnabled = !state.isBusy && state.entry?.task != null
        progress.visibility = if (state.isBusy) View.VISIBLE else View.INVISIBLE
        status.text = resources.describe(state.phase)
        answer.show((state.phase as? Phase.Done)?.answer)
    }

    private fun showTexts(state: DemoState) {
        val known = knownExamples()
        examples.setChoices(listOf(resources.getString(R.string.examples)) + known.map { it.text })
        examples.choose(1 + known.indexOfFirst { it.text == state.text })
        examples.showIf(known.isNotEmpty())
        text.showText(state.text)
        passage.showText(state.passage)
        passage.showIf(state.entry?.task?.takesPassage == true)
    }

    private fun knownExamples(): List<Example> =
        viewModel.state.entry
            ?.examples
            .orEmpty()

    private fun View.showIf(isVisible: Boolean) {
        visibility = if (isVisible) View.VISIBLE else View.GONE
    }

    private fun hideKeyboard() {
        val keyboard = activity.getSystemService(Context.INPUT_METHOD_SERVICE) as InputMethodManager
        keyboard.hideSoftInputFromWindow(text.windowToken, 0)
    }
}
