package io.github.alberttf.tasks

import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.TextModel

/**
 * A number for a text, or for a pair of texts, such as how alike they are.
 *
 * @param file for the task "regression".
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class Regressor(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "regression")

    /** The number of any text; [pair] is the second text where the model has learned of pairs. */
    @JvmOverloads
    public fun measure(
        text: String,
        pair: String? = null,
    ): Double = model.run(model.encode(text, pair)).ofSize("logits", 1)[0].toDouble()
}
