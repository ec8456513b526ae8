package io.github.alberttf.demo

import io.github.alberttf.demo.helper.OpenModel
import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.Score
import io.github.alberttf.demo.state.Task

/** Answers with the length of a text. */
class FakeModel(
    override val task: Task = Task.CLASSIFICATION,
    private val failure: Throwable? = null,
) : OpenModel {
    var isClosed = false
        private set
    val lengths = ArrayList<Int>()
    override val maxLength = 128
    override val backend = "fake"

    override fun answer(
        text: String,
        passage: String?,
    ): OpenModel.Reply {
        failure?.let { throw it }
        check(!isClosed) { "closed" }
        val label = "${text.length}, ${passage?.length}"
        val ids = listOf(List(text.length) { it })
        return OpenModel.Reply(Answer.Labels(label, listOf(Score(label, 1f))), ids, null)
    }

    override fun run(length: Int) {
        check(!isClosed) { "closed" }
        lengths.add(length)
    }

    override fun close() {
        isClosed = true
    }
}
