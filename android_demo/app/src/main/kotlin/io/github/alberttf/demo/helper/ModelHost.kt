package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.ModelSource
import java.util.concurrent.Executor

/**
 * Owns the one model that is open.
 *
 * An interpreter must not be used by two threads, and takes memory: so all work on it is done by
 * one thread, and another model, another number of threads, or [release] closes it first. Whoever
 * asks next has it opened again and does not notice but for the time.
 *
 * @param opener opens the files.
 * @param worker one thread, which does one thing after the other.
 * @param main the thread of the views, where answers go.
 */
class ModelHost(
    private val opener: ModelOpener,
    private val worker: Executor,
    private val main: Executor,
) {
    // Only the worker touches it.
    private var current: Opened? = null

    /**
     * Does something with a model, on the worker.
     *
     * @param threads processor cores to use.
     * @param action what to do; it is told how long opening took, null if the model was open.
     * @param onDone is told the result, on the main thread.
     */
    fun <T> use(
        source: ModelSource,
        threads: Int,
        action: (OpenModel, Double?) -> T,
        onDone: (Result<T>) -> Unit,
    ) {
        worker.execute {
            val result = runCatching { withModel(source, threads, action) }
            main.execute { onDone(result) }
        }
    }

    /** Gives back the memory; the next [use] takes it again. */
    fun release() {
        worker.execute { close() }
    }

    private fun <T> withModel(
        source: ModelSource,
        threads: Int,
        action: (OpenModel, Double?) -> T,
    ): T {
        val open = current
        if (open != null && open.source == source && open.threads == threads) {
            return action(open.model, null)
        }
        close()
        val start = System.nanoTime()
        val model = opener.open(source, threads)
        current = Opened(source, threads, model)
        return action(model, millisecondsSince(start))
    }

    private fun close() {
        current?.model?.close()
        current = null
    }

    private class Opened(
        val source: ModelSource,
        val threads: Int,
        val model: OpenModel,
    )
}
