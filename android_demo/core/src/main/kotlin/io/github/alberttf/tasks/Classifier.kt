package io.github.alberttf.tasks

import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.TextModel
import io.github.alberttf.tokenizers.Encoding

/**
 * One of several labels for a text, or for a pair of texts.
 *
 * @param file for the task "classification", or "early_exit" for a model that stops at the layer
 *   where the answer is sure.
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class Classifier(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "classification", "early_exit")

    /** The names of the classes. */
    public val labels: List<String> = file.labels

    /** The label of any text; [pair] is the second text where the model has learned of pairs. */
    @JvmOverloads
    public fun classify(
        text: String,
        pair: String? = null,
    ): Prediction {
        val encoding = model.encode(text, pair)
        val outputs = model.run(encoding)
        val saved = if (outputs.has(SAVED)) outputs.ofSize(SAVED, 1)[0].toDouble() else null
        val logits = outputs.ofSize("logits", labels.size)
        return Prediction.of(logits, labels, effortOf(encoding), saved)
    }

    private companion object {
        const val SAVED = "saved_layers"
    }
}

internal fun effortOf(encoding: Encoding) = Effort(1, encoding.length, encoding.truncated)
