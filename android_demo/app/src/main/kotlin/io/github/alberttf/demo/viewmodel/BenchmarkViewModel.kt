package io.github.alberttf.demo.viewmodel

import io.github.alberttf.demo.helper.ModelHost
import io.github.alberttf.demo.helper.OpenModel
import io.github.alberttf.demo.helper.failureOf
import io.github.alberttf.demo.helper.millisecondsSince
import io.github.alberttf.demo.state.Agreement
import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.BenchmarkState
import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.Timing
import java.util.concurrent.Executor

/**
 * What the benchmark does; it outlives a rotation.
 *
 * @param host owns the model.
 * @param main the thread of the views.
 * @param entry the model to measure.
 * @param threads processor cores to use.
 * @param memory what the process occupies, in megabytes.
 */
class BenchmarkViewModel(
    private val host: ModelHost,
    private val main: Executor,
    private val entry: ModelEntry,
    private val threads: Int,
    private val memory: () -> Double,
) {
    /** What is to be seen; of the main thread. */
    var state = BenchmarkState()
        private set(value) {
            field = value
            observer?.invoke(value)
        }

    /** Is told each new state; null while there is no view. */
    var observer: ((BenchmarkState) -> Unit)? = null
        set(value) {
            field = value
            value?.invoke(state)
        }

    @Volatile private var isCancelled = false

    /** Compares with Python, then measures one length after the other. */
    fun start() {
        if (state.isRunning) return
        isCancelled = false
        state = BenchmarkState(isRunning = true)
        host.use(entry.source, threads, { model, _ -> measure(model) }) { result ->
            val failure = result.exceptionOrNull()?.let(::failureOf)
            state = state.copy(isRunning = false, failure = failure)
        }
    }

    /** Ends after the run that is being measured. */
    fun cancel() {
        isCancelled = true
    }

    private fun measure(model: OpenModel) {
        show { it.copy(backend = model.backend) }
        if (entry.examples.isNotEmpty()) {
            val agreement = compare(model)
            show { it.copy(agreement = agreement) }
        }
        for (length in LENGTHS.filter { it <= model.maxLength }) {
            val times = times(model, length)
            if (isCancelled) return
            val timing = Timing.of(length, times)
            val megabytes = memory()
            show { it.copy(rows = it.rows + timing, memoryMegabytes = megabytes) }
        }
    }

    private fun compare(model: OpenModel): Agreement {
        var agreement = Agreement(0, 0, 0)
        for (example in entry.examples) {
            if (isCancelled) break
            val reply = model.answer(example.text, example.passage)
            agreement = agreement.plus(reply.tokenIds == example.tokenIds, isSame(reply.answer, example))
        }
        return agreement
    }

    private fun isSame(
        answer: Answer,
        example: Example,
    ): Boolean = answer.best == example.best && placesOf(answer) == example.highlights.map(::place)

    /** Times in milliseconds, after some runs that are not counted. */
    private fun times(
        model: OpenModel,
        length: Int,
    ): List<Double> {
        val times = ArrayList<Double>()
        for (number in 0 until WARM_UP + RUNS) {
            if (isCancelled) break
            val start = System.nanoTime()
            model.run(length)
            if (number >= WARM_UP) times.add(millisecondsSince(start))
        }
        return times
    }

    private fun show(change: (BenchmarkState) -> BenchmarkState) {
        main.execute { state = change(state) }
    }

    private companion object {
        val LENGTHS = listOf(8, 16, 32, 64, 128, 256, 384)
        const val WARM_UP = 3
        const val RUNS = 20
    }
}
