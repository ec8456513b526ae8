package io.github.alberttf.tasks

import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.TextModel
import kotlin.math.sqrt

/**
 * A vector of a text, which is near to those of texts that say the same.
 *
 * @param file for the task "similarity", or "contrastive" or "triplets", whose vectors were learned.
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class Embedder(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "similarity", "contrastive", "triplets")

    /** The vector of any text, of length 1: the product of two is their cosine. */
    public fun embed(text: String): FloatArray = unit(model.run(model.encode(text, null))["embedding"])

    /** The same direction with the length 1, as some networks give none; zeros stay. */
    private fun unit(vector: FloatArray): FloatArray {
        val length = sqrt(product(vector, vector))
        return if (length > 0) FloatArray(vector.size) { (vector[it] / length).toFloat() } else vector
    }
}
