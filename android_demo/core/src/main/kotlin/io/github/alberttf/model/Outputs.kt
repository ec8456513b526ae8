package io.github.alberttf.model

import kotlin.math.ln

/**
 * What a model says of one sequence.
 *
 * @param rows L with padding, how many rows outputs have that are of tokens.
 */
internal class Outputs(
    values: Map<String, FloatArray>,
    private val rows: Int,
) {
    private val values = withLogits(values)

    fun has(name: String): Boolean = name in values

    operator fun get(name: String): FloatArray = values[name] ?: error("the model has no output \"$name\", but ${values.keys}")

    /** An output of [size] numbers. */
    fun ofSize(
        name: String,
        size: Int,
    ): FloatArray {
        val found = get(name)
        check(found.size == size) {
            "the network gives ${found.size} numbers for \"$name\"; its file says $size"
        }
        return found
    }

    /** An output of [size] numbers for each token. */
    fun perToken(
        name: String,
        size: Int,
    ): FloatArray = ofSize(name, rows * size)

    private companion object {
        /** What a file has for `logits` that ready-made clients read, too. */
        const val PROBABILITY = "probability"
        const val LEAST = 1.17549435e-38f

        fun withLogits(values: Map<String, FloatArray>): Map<String, FloatArray> {
            val found = values[PROBABILITY] ?: return values
            val logits = FloatArray(found.size) { ln(maxOf(found[it], LEAST)) }
            return values - PROBABILITY + ("logits" to logits)
        }
    }
}
