package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.Task
import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner

/**
 * A model of the library, whatever its task.
 *
 * @param file what travels with the network.
 * @param runner runs the network, and is closed with this.
 * @param sentences what a text is compared with; only for [Task.SIMILARITY].
 */
internal class AlbertModel(
    private val file: ModelFile,
    runner: ModelRunner,
    override val task: Task,
    override val backend: String,
    sentences: List<String>,
) : OpenModel {
    private val recorder = RecordingRunner(runner)
    private val answerer = Answerer.of(file, recorder, sentences)

    override val maxLength: Int get() = file.maxLength

    override fun answer(
        text: String,
        passage: String?,
    ): OpenModel.Reply {
        recorder.take()
        val (answer, savedLayers) = answerer.answer(text, passage)
        return OpenModel.Reply(answer, recorder.take(), savedLayers)
    }

    override fun run(length: Int) {
        val ids = IntArray(length) { file.tokenizer.unknownId }
        val ones = IntArray(length) { 1 }
        recorder.run(
            mapOf(
                "token_ids" to ids,
                "segment_ids" to IntArray(length),
                "padding_mask" to ones,
            ),
        )
        recorder.take()
    }

    override fun close() = recorder.close()

    /** What a task of the library says, as this app shows it. */
    internal data class Said(
        val answer: Answer,
        val savedLayers: Double? = null,
    )
}
