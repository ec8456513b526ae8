package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.Highlight
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Task
import org.junit.Assert.assertEquals
import org.junit.Test

class AnswersFileTest {
    private val source = ModelSource.Asset("models/a.tflite")

    private fun read(
        task: String,
        text: String,
        answer: String,
        pair: String = "null",
    ): ModelEntry {
        val example = """{"text": "$text", "pair": $pair, "token_ids": [[2, 7, 3]], "answer": $answer}"""
        return AnswersFile.read("""{"format": 1, "task": "$task", "examples": [$example]}""", source)
    }

    @Test
    fun aLabel() {
        val entry = read("classification", "hi", """{"label": "A", "score": 0.9, "scores": {}}""")
        val example = Example("hi", null, listOf(listOf(2, 7, 3)), "A", emptyList())
        assertEquals(ModelEntry(source, Task.CLASSIFICATION, listOf(example)), entry)
    }

    @Test
    fun severalLabels() {
        val entry = read("multilabel", "hi", """{"labels": ["A \"x\"", "B"], "scores": {}}""")
        assertEquals("A \"x\", B", entry.examples.single().best)
    }

    @Test
    fun placesAreInCharactersThatPythonCountsAsOne() {
        val slot = """{"text": "x", "start": 2, "end": 3, "label": "l", "score": 0.5}"""
        val entry = read("intent_slots", "😀 x", """{"intent": "A", "score": 1, "slots": [$slot]}""")
        val example = entry.examples.single()
        assertEquals("A", example.best)
        assertEquals(listOf(Highlight(3, 4, "l", 0.5f)), example.highlights)
    }

    @Test
    fun anAnswerInAPassage() {
        val entry = read("question_answering", "who?", """{"answer": "she", "score": 1}""", "\"she did\"")
        val example = entry.examples.single()
        assertEquals("she did" to "she", example.passage to example.best)
        assertEquals(true, entry.task?.takesPassage)
    }

    @Test
    fun theMostAlikeSentence() {
        for (task in listOf("similarity", "contrastive", "triplets")) {
            val entry = read(task, "hi", """{"nearest": "hello", "similarity": 0.9}""")
            assertEquals(Task.SIMILARITY to "hello", entry.task to entry.examples.single().best)
        }
    }

    @Test
    fun aTaskThatTheAppDoesNotShow() {
        assertEquals(null, read("fill_mask", "hi", "{}").task)
    }
}
