package io.github.alberttf.tasks

import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.TextModel
import io.github.alberttf.tokenizers.wellFormed

/**
 * A tag for every word of a text: of a named entity or a slot, or the word's class.
 *
 * A long text is read in windows that overlap. Tags that the scheme does not allow after each
 * other are not given: the best allowed sequence is.
 *
 * @param file for the task "tagging", or "crf_tagging" for a model that has learned which tag
 *   follows which.
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class Tagger(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "tagging", CRF)
    private val learnsTransitions = file.task == CRF
    private val reader = TagReader(file.labels)

    /** All tags. */
    public val labels: List<String> = file.labels

    /** The tags of any text. */
    public fun tag(text: String): TagPrediction {
        val whole = wellFormed(text)
        val windows = TagWindows(model, whole, Words(whole))
        var transitions = reader.allowed
        val logits =
            windows.run(labels.size) { outputs ->
                if (learnsTransitions) {
                    val learned = outputs.ofSize("transitions", reader.allowed.size)
                    transitions = FloatArray(learned.size) { reader.allowed[it] + learned[it] }
                }
            }
        return reader.read(text, windows.words, logits, transitions, windows.effort)
    }

    private companion object {
        const val CRF = "crf_tagging"
    }
}
