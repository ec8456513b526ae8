package io.github.alberttf.demo.viewmodel

import io.github.alberttf.demo.FakeModel
import io.github.alberttf.demo.Queue
import io.github.alberttf.demo.helper.ModelHost
import io.github.alberttf.demo.state.Agreement
import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Problem
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class BenchmarkViewModelTest {
    private val queue = Queue()
    private val model = FakeModel()

    private fun viewModel(
        examples: List<Example> = emptyList(),
        failure: Throwable? = null,
    ): BenchmarkViewModel {
        val host = ModelHost({ _, _ -> failure?.let { throw it } ?: model }, queue, queue)
        val entry = ModelEntry(ModelSource.Asset("a.tflite"), null, examples)
        return BenchmarkViewModel(host, queue, entry, 1) { 50.0 }
    }

    @Test
    fun lengthsThatTheModelDoesNotTakeAreLeftOut() {
        val benchmark = viewModel()
        benchmark.start()
        assertTrue(benchmark.state.isRunning)
        queue.runAll()
        assertFalse(benchmark.state.isRunning)
        assertEquals(listOf(8, 16, 32, 64, 128), benchmark.state.rows.map { it.tokens })
        assertEquals(50.0, benchmark.state.memoryMegabytes)
        assertEquals("fake", benchmark.state.backend)
        assertNull(benchmark.state.agreement)
    }

    @Test
    fun answersAreComparedWithThoseOfPython() {
        val same = Example("abc", null, listOf(listOf(0, 1, 2)), "3, null", emptyList())
        val otherIds = same.copy(tokenIds = listOf(listOf(0, 1, 3)))
        val otherAnswer = same.copy(best = "4, null")
        val benchmark = viewModel(listOf(same, otherIds, otherAnswer))
        benchmark.start()
        queue.runAll()
        assertEquals(Agreement(3, 2, 2), benchmark.state.agreement)
    }

    @Test
    fun whatIsCancelledMeasuresNothingMore() {
        val benchmark = viewModel()
        benchmark.start()
        benchmark.cancel()
        queue.runAll()
        assertFalse(benchmark.state.isRunning)
        assertEquals(0, benchmark.state.rows.size)
        assertEquals(emptyList<Int>(), model.lengths)
    }

    @Test
    fun whatFailsSaysWhy() {
        val benchmark = viewModel(failure = IllegalStateException("no delegate"))
        benchmark.start()
        queue.runAll()
        assertFalse(benchmark.state.isRunning)
        assertEquals(Problem.CANNOT_RUN, benchmark.state.failure?.problem)
        assertEquals("no delegate", benchmark.state.failure?.detail)
    }
}
