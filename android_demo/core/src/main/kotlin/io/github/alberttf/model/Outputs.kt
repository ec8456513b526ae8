package io.github.alberttf.model

/**
 * What a model says of one sequence.
 *
 * @param rows L with padding, how many rows outputs have that are of tokens.
 */
internal class Outputs(private val values: Map<String, FloatArray>, private val rows: Int) {
    fun has(name: String): Boolean = name in values

    operator fun get(name: String): FloatArray =
        values[name] ?: error("the model has no output \"$name\", but ${values.keys}")

    /** An output of [size] numbers. */
    fun ofSize(name: String, size: Int): FloatArray {
        val found = get(name)
        check(found.size == size) {
            "the network gives ${found.size} numbers for \"$name\"; its file says $size"
        }
        return found
    }

    /** An output of [size] numbers for each token. */
    fun perToken(name: String, size: Int): FloatArray = ofSize(name, rows * size)
}
