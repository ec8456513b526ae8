package io.github.alberttf.demo.viewmodel

import io.github.alberttf.demo.helper.ModelHost
import io.github.alberttf.demo.helper.OpenModel
import io.github.alberttf.demo.helper.failureOf
import io.github.alberttf.demo.helper.millisecondsSince
import io.github.alberttf.demo.state.DemoState
import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Phase
import io.github.alberttf.demo.state.Problem
import io.github.alberttf.demo.state.RunInfo
import io.github.alberttf.demo.state.Task

/**
 * What the first screen does; it outlives a rotation. All functions are of the main thread.
 *
 * @param host owns the model.
 * @param entries the models that came with the app.
 */
class DemoViewModel(
    private val host: ModelHost,
    entries: List<ModelEntry>,
) {
    /** What is to be seen. */
    var state = DemoState(entries, -1, "", "", 1, Phase.Empty)
        private set(value) {
            field = value
            observer?.invoke(value)
        }

    /** Is told each new state; null while there is no view. */
    var observer: ((DemoState) -> Unit)? = null
        set(value) {
            field = value
            value?.invoke(state)
        }

    // Answers to older questions are dropped.
    private var latest = 0

    init {
        if (entries.isNotEmpty()) select(0)
    }

    /** Chooses a model, and opens it. */
    fun select(index: Int) {
        if (index == state.selected) return
        val entry = state.entries[index]
        val example = entry.examples.firstOrNull()
        state =
            state.copy(
                selected = index,
                text = example?.text ?: state.text,
                passage = example?.passage ?: state.passage,
                phase = Phase.Loading,
            )
        ask({ model, _ -> model.task }) { task ->
            val known = state.entries.toMutableList()
            known[index] = entry.copy(task = task)
            state = state.copy(entries = known, phase = Phase.Ready)
        }
    }

    /** Chooses a file that the user picked, and opens it, also where that failed before. */
    fun pick(document: ModelSource.Document) {
        val known = state.entries.indexOfFirst { it.source == document }
        if (known < 0) state = state.copy(entries = state.entries + ModelEntry(document))
        if (known == state.selected) state = state.copy(selected = -1)
        select(if (known < 0) state.entries.lastIndex else known)
    }

    /** The text was changed. */
    fun setText(text: String) {
        if (text != state.text) state = edited().copy(text = text)
    }

    /** The passage was changed. */
    fun setPassage(passage: String) {
        if (passage != state.passage) state = edited().copy(passage = passage)
    }

    /** Another number of threads was chosen. */
    fun setThreads(threads: Int) {
        if (threads != state.threads) state = edited().copy(threads = threads)
    }

    /** Takes an example's texts. */
    fun choose(example: Example) {
        setText(example.text)
        example.passage?.let(::setPassage)
    }

    /** Asks the model. */
    fun run() {
        val entry = state.entry ?: return
        val passage = state.passage.takeIf { entry.task?.takesPassage == true }
        val missing =
            when {
                state.text.isBlank() -> Problem.NO_TEXT
                passage?.isBlank() == true -> Problem.NO_PASSAGE
                entry.task == Task.SIMILARITY && entry.examples.isEmpty() -> Problem.NO_SENTENCES
                else -> null
            }
        if (missing != null) {
            state = state.copy(phase = Phase.Failed(missing))
            return
        }
        val text = state.text
        state = state.copy(phase = Phase.Running)
        ask({ model, loading -> answer(model, text, passage, loading) }) { done ->
            state = state.copy(phase = done)
        }
    }

    private fun answer(
        model: OpenModel,
        text: String,
        passage: String?,
        loading: Double?,
    ): Phase.Done {
        val start = System.nanoTime()
        val reply = model.answer(text, passage)
        val info =
            RunInfo(
                tokens = reply.tokenIds.sumOf { it.size },
                milliseconds = millisecondsSince(start),
                loadMilliseconds = loading,
                savedLayers = reply.savedLayers,
                backend = model.backend,
            )
        return Phase.Done(reply.answer, info)
    }

    private fun <T> ask(
        action: (OpenModel, Double?) -> T,
        onDone: (T) -> Unit,
    ) {
        val source = state.entry?.source ?: return
        val number = ++latest
        host.use(source, state.threads, action) { result ->
            if (number == latest) {
                result.fold(onDone) { state = state.copy(phase = failureOf(it)) }
            }
        }
    }

    /** The state without an answer, which would be of another text. */
    private fun edited(): DemoState =
        if (state.phase is Phase.Done || state.phase is Phase.Failed) {
            state.copy(phase = if (state.entry == null) Phase.Empty else Phase.Ready)
        } else {
            state
        }
}
