package io.github.alberttf.demo.view

import android.content.res.Resources
import io.github.alberttf.demo.R
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.Phase
import io.github.alberttf.demo.state.Problem
import io.github.alberttf.demo.state.RunInfo
import io.github.alberttf.demo.state.Task

/** What a model does and what it is called. */
internal fun Resources.nameOf(entry: ModelEntry): String {
    val task = entry.task ?: return entry.source.name
    return getString(R.string.model_name, getString(nameOf(task)), entry.source.name)
}

/** How far the answer is, in words. */
internal fun Resources.describe(phase: Phase): String =
    when (phase) {
        is Phase.Empty -> getString(R.string.no_models)
        is Phase.Loading -> getString(R.string.loading)
        is Phase.Ready -> getString(R.string.ready)
        is Phase.Running -> getString(R.string.running)
        is Phase.Done -> describe(phase.info)
        is Phase.Failed -> describe(phase)
    }

/** What went wrong, in words. */
internal fun Resources.describe(failure: Phase.Failed): String {
    val text = getString(nameOf(failure.problem))
    if (failure.detail.isEmpty()) return text
    return getString(R.string.problem_with_detail, text, failure.detail)
}

private const val PERCENT = 100

private fun Resources.describe(info: RunInfo): String {
    val tokens = getQuantityString(R.plurals.tokens, info.tokens, info.tokens)
    val line = getString(R.string.run_info, info.milliseconds, tokens, info.backend)
    return listOfNotNull(
        line,
        info.savedLayers?.let { getString(R.string.saved_layers, it * PERCENT) },
        info.loadMilliseconds?.let { getString(R.string.opened_in, it) },
    ).joinToString("\n")
}

private fun nameOf(task: Task): Int =
    when (task) {
        Task.CLASSIFICATION -> R.string.classification
        Task.TAGGING -> R.string.tagging
        Task.INTENT_SLOTS -> R.string.intent_slots
        Task.QUESTION_ANSWERING -> R.string.question_answering
        Task.SIMILARITY -> R.string.similarity
    }

private fun nameOf(problem: Problem): Int =
    when (problem) {
        Problem.NO_TEXT -> R.string.problem_no_text
        Problem.NO_PASSAGE -> R.string.problem_no_passage
        Problem.NO_SENTENCES -> R.string.problem_no_sentences
        Problem.NOT_A_MODEL -> R.string.problem_not_a_model
        Problem.CANNOT_OPEN -> R.string.problem_cannot_open
        Problem.OUT_OF_MEMORY -> R.string.problem_out_of_memory
        Problem.CANNOT_RUN -> R.string.problem_cannot_run
    }
