package io.github.alberttf.demo.helper

import io.github.alberttf.demo.FakeModel
import io.github.alberttf.demo.Queue
import io.github.alberttf.demo.state.ModelSource
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.IOException

class ModelHostTest {
    private val opened = ArrayList<FakeModel>()
    private val worker = Queue()
    private val main = Queue()
    private val host = ModelHost({ _, _ -> FakeModel().also(opened::add) }, worker, main)
    private val first = ModelSource.Asset("models/a.tflite")
    private val second = ModelSource.Asset("models/b.tflite")

    private fun use(
        source: ModelSource,
        threads: Int = 1,
    ): Double? {
        var loading: Double? = null
        host.use(source, threads, { _, milliseconds -> milliseconds }, { loading = it.getOrThrow() })
        worker.runAll()
        main.runAll()
        return loading
    }

    @Test
    fun aModelIsOpenedOnceAndTheTimeOfItIsTold() {
        assertNotNull(use(first))
        assertNull(use(first))
        assertEquals(1, opened.size)
    }

    @Test
    fun onlyOneModelIsOpenAtATime() {
        use(first)
        use(second)
        assertEquals(listOf(true, false), opened.map { it.isClosed })
    }

    @Test
    fun anotherNumberOfThreadsNeedsAnotherInterpreter() {
        use(first, threads = 1)
        assertNotNull(use(first, threads = 2))
        assertEquals(listOf(true, false), opened.map { it.isClosed })
    }

    @Test
    fun whatWasReleasedIsOpenedAgain() {
        use(first)
        host.release()
        worker.runAll()
        assertTrue(opened.single().isClosed)
        assertNotNull(use(first))
    }

    @Test
    fun releasingNothingDoesNothing() {
        host.release()
        worker.runAll()
        assertEquals(emptyList<FakeModel>(), opened)
    }

    @Test
    fun answersComeOnTheMainThread() {
        var result: Result<Int>? = null
        host.use(first, 1, { _, _ -> 7 }, { result = it })
        worker.runAll()
        assertNull(result)
        main.runAll()
        assertEquals(7, result?.getOrThrow())
    }

    @Test
    fun aFailureIsAnAnswerAndTheNextModelStillOpens() {
        val failing =
            ModelHost(
                { source, _ -> if (source == first) throw IOException("gone") else FakeModel() },
                worker,
                main,
            )
        val results = ArrayList<Result<Int>>()
        for (source in listOf(first, second)) {
            failing.use(source, 1, { _, _ -> 1 }, { results.add(it) })
        }
        worker.runAll()
        main.runAll()
        assertEquals("gone", results[0].exceptionOrNull()?.message)
        assertEquals(1, results[1].getOrThrow())
    }
}
