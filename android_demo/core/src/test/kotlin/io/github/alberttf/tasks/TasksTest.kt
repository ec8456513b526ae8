package io.github.alberttf.tasks

import io.github.alberttf.Resources
import io.github.alberttf.model.ModelRunner
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** Compares answers with those of Python's tasks. */
class TasksTest {
    @Test
    fun answersArePythons() = compare(null)

    @Test
    fun fixedLengthsChangeNothing() = compare(intArrayOf(16, 24, 32))

    private fun compare(lengths: IntArray?) {
        val rows = Resources.rows("tasks.json")
        assertTrue(rows.size > 30)
        for (row in rows) {
            val task = row["task"] as String
            val text = row["text"] as String
            same("$task \"$text\"", row["answer"], answer(task, text, lengths))
        }
    }

    private fun answer(
        task: String,
        text: String,
        lengths: IntArray?,
    ): Map<String, Any?> {
        val file = Resources.modelFile("$task.bundle")
        val runner = NumbersRunner(task, file.labels.size, lengths)
        return when (task) {
            "classification" -> prediction(Classifier(file, runner).classify(text))
            "multilabel" -> {
                val found = MultilabelClassifier(file, runner).classify(text)
                mapOf("labels" to found.labels, "scores" to scores(found.scores))
            }
            "regression" -> mapOf("number" to Regressor(file, runner).measure(text))
            "similarity" -> mapOf("vector" to Embedder(file, runner).embed(text).toList())
            "question_answering" -> {
                val found = QuestionAnswerer(file, runner).answer("Who wrote in London?", text)
                mapOf(
                    "best" to answer(found.best),
                    "words" to answer(found.words),
                    "no_answer" to found.noAnswer,
                    "candidates" to found.candidates.map(::answer),
                )
            }
            "intent_slots" -> {
                val found = IntentAndSlots(file, runner).read(text)
                prediction(found.intent) + tags(found.slots)
            }
            else -> tags(Tagger(file, runner).tag(text))
        }
    }

    private fun prediction(found: Prediction) = mapOf("label" to found.label, "scores" to scores(found.scores))

    private fun scores(found: List<LabelScore>) = found.associate { it.label to it.score }

    private fun answer(found: Answer) = listOf(found.start, found.end, found.text, found.score)

    private fun tags(found: TagPrediction) =
        mapOf(
            "tags" to found.tags,
            "spans" to found.spans.map { listOf(it.start, it.end, it.text, it.label, it.score) },
        )

    private fun same(
        where: String,
        expected: Any?,
        found: Any?,
    ) {
        when (expected) {
            is Map<*, *> -> {
                assertEquals(where, expected.keys, (found as Map<*, *>).keys)
                for (key in expected.keys) same("$where $key", expected[key], found[key])
            }
            is List<*> -> {
                assertEquals(where, expected.size, (found as List<*>).size)
                for (i in expected.indices) same("$where $i", expected[i], found[i])
            }
            is Number -> assertEquals(where, expected.toDouble(), (found as Number).toDouble(), 1e-6)
            else -> assertEquals(where, expected, found)
        }
    }

    @Test
    fun aVectorOfZerosStays() {
        val file = Resources.modelFile("similarity.bundle")
        val runner =
            object : ModelRunner by NumbersRunner(file.task, 0, null) {
                override fun run(inputs: Map<String, IntArray>) = mapOf("embedding" to FloatArray(4))
            }
        assertArrayEquals(FloatArray(4), Embedder(file, runner).embed("a"), 0f)
    }

    @Test
    fun aFileForAnotherTask() {
        val file = Resources.modelFile("tagging.bundle")
        val error =
            assertThrows(IllegalArgumentException::class.java) {
                Classifier(file, NumbersRunner("tagging", 5, null))
            }
        assertEquals(
            "the file is for the task tagging; needed is classification or early_exit",
            error.message,
        )
    }

    @Test
    fun aQuestionWithoutWordsHasNoAnswer() {
        val file = Resources.modelFile("question_answering.bundle")
        val answerer = QuestionAnswerer(file, NumbersRunner(file.task, 0, null))
        for ((question, context) in listOf("" to "a", "a" to "", "\u200b" to "\ud800")) {
            val found = answerer.answer(question, context)
            assertEquals(Answer("", -1, -1, 1.0), found.best)
            assertEquals(0, found.effort.sequences)
        }
    }

    @Test
    fun effortIsTold() {
        val file = Resources.modelFile("classification.bundle")
        val classifier = Classifier(file, NumbersRunner(file.task, 3, null))
        val effort = classifier.classify("a ".repeat(50)).effort
        assertEquals("32 tokens in 1 sequences, 20 left out", effort.toString())
    }
}
