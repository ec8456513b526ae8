package io.github.alberttf.demo.viewmodel

import io.github.alberttf.demo.FakeModel
import io.github.alberttf.demo.Queue
import io.github.alberttf.demo.helper.ModelHost
import io.github.alberttf.demo.helper.ModelOpener
import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Phase
import io.github.alberttf.demo.state.Problem
import io.github.alberttf.demo.state.Task
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.IOException

class DemoViewModelTest {
    private val queue = Queue()
    private val labels = ModelEntry(ModelSource.Asset("a.tflite"), null, listOf(example("hello")))
    private val answers = ModelEntry(ModelSource.Asset("b.tflite"), Task.QUESTION_ANSWERING)

    private fun example(
        text: String,
        passage: String? = null,
    ) = Example(text, passage, emptyList(), "", emptyList())

    private fun viewModel(
        vararg entries: ModelEntry,
        opener: ModelOpener =
            ModelOpener { source, _ ->
                FakeModel(if (source == answers.source) Task.QUESTION_ANSWERING else Task.CLASSIFICATION)
            },
    ) = DemoViewModel(ModelHost(opener, queue, queue), entries.toList())

    @Test
    fun withoutModelsItIsEmpty() {
        val model = viewModel()
        assertEquals(Phase.Empty, model.state.phase)
        model.run()
        assertEquals(Phase.Empty, model.state.phase)
    }

    @Test
    fun theFirstModelIsOpenedWithItsFirstExample() {
        val model = viewModel(labels)
        assertEquals(Phase.Loading, model.state.phase)
        assertTrue(model.state.isBusy)
        queue.runAll()
        assertEquals(Phase.Ready, model.state.phase)
        assertEquals("hello", model.state.text)
        assertEquals(Task.CLASSIFICATION, model.state.entry?.task)
    }

    @Test
    fun anAnswerSaysHowItCameAbout() {
        val model = viewModel(labels)
        queue.runAll()
        model.run()
        assertEquals(Phase.Running, model.state.phase)
        queue.runAll()
        val done = model.state.phase as Phase.Done
        assertEquals("5, null", done.answer.best)
        assertEquals(5, done.info.tokens)
        assertEquals("fake", done.info.backend)
        assertNull(done.info.loadMilliseconds)
    }

    @Test
    fun anotherTextTakesTheAnswerAway() {
        val model = viewModel(labels)
        queue.runAll()
        model.run()
        queue.runAll()
        model.setText("hello")
        assertTrue(model.state.phase is Phase.Done)
        model.setText("other")
        assertEquals(Phase.Ready, model.state.phase)
    }

    @Test
    fun anAnswerToAnOlderQuestionIsDropped() {
        val model = viewModel(labels, answers)
        queue.runAll()
        model.run()
        model.select(1)
        queue.runAll()
        assertEquals(Phase.Ready, model.state.phase)
        assertEquals(1, model.state.selected)
    }

    @Test
    fun nothingIsAskedWithoutTexts() {
        val model = viewModel(answers)
        queue.runAll()
        model.setText(" \n")
        model.run()
        assertEquals(Phase.Failed(Problem.NO_TEXT), model.state.phase)
        model.setText("who?")
        model.run()
        assertEquals(Phase.Failed(Problem.NO_PASSAGE), model.state.phase)
        model.setPassage("she")
        model.run()
        queue.runAll()
        assertEquals("4, 3", (model.state.phase as Phase.Done).answer.best)
    }

    @Test
    fun nothingIsAskedWithoutSentencesToCompareWith() {
        val opener = ModelOpener { _, _ -> FakeModel(Task.SIMILARITY) }
        val model = viewModel(labels, opener = opener)
        queue.runAll()
        model.run()
        queue.runAll()
        assertEquals("5, null", (model.state.phase as Phase.Done).answer.best)
        model.pick(ModelSource.Document("content://files/1", "mine.tflite"))
        queue.runAll()
        model.run()
        assertEquals(Phase.Failed(Problem.NO_SENTENCES), model.state.phase)
    }

    @Test
    fun aPassageIsOnlyForTasksThatTakeOne() {
        val model = viewModel(labels)
        queue.runAll()
        model.setPassage("left from before")
        model.run()
        queue.runAll()
        assertEquals("5, null", (model.state.phase as Phase.Done).answer.best)
    }

    @Test
    fun whatFailsSaysWhy() {
        val model = viewModel(labels, opener = { _, _ -> throw IOException("no such file") })
        queue.runAll()
        assertEquals(Phase.Failed(Problem.CANNOT_OPEN, "no such file"), model.state.phase)
    }

    @Test
    fun memoryThatDoesNotSufficeIsNoCrash() {
        val model = viewModel(labels, opener = { _, _ -> FakeModel(failure = OutOfMemoryError("heap")) })
        queue.runAll()
        model.run()
        queue.runAll()
        assertEquals(Phase.Failed(Problem.OUT_OF_MEMORY, "heap"), model.state.phase)
    }

    @Test
    fun aPickedFileIsAddedOnce() {
        val model = viewModel(labels)
        queue.runAll()
        val document = ModelSource.Document("content://files/1", "mine.tflite")
        repeat(2) {
            model.pick(document)
            queue.runAll()
            model.select(0)
            queue.runAll()
        }
        assertEquals(listOf(labels.source, document), model.state.entries.map { it.source })
    }

    @Test
    fun aPickedFileThatFailedIsTriedAgain() {
        var isThere = false
        val model = viewModel(opener = { _, _ -> if (isThere) FakeModel() else throw IOException("gone") })
        val document = ModelSource.Document("content://files/1", "mine.tflite")
        model.pick(document)
        queue.runAll()
        assertEquals(Phase.Failed(Problem.CANNOT_OPEN, "gone"), model.state.phase)
        isThere = true
        model.pick(document)
        queue.runAll()
        assertEquals(Phase.Ready, model.state.phase)
    }

    @Test
    fun anObserverIsToldTheStateAtOnceAndEachNewOne() {
        val model = viewModel(labels)
        val phases = ArrayList<Phase>()
        model.observer = { phases.add(it.phase) }
        queue.runAll()
        model.observer = null
        model.run()
        assertEquals(Phase.Loading, phases.first())
        assertEquals(Phase.Ready, phases.last())
    }

    @Test
    fun anExampleBringsItsTextsButNeverTakesAnAnswerAway() {
        val model = viewModel(labels)
        queue.runAll()
        model.run()
        queue.runAll()
        model.choose(example("hello"))
        assertTrue(model.state.phase is Phase.Done)
        model.choose(example("who?", "she"))
        assertEquals("who?" to "she", model.state.text to model.state.passage)
    }
}
