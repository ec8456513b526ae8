package io.github.alberttf.tasks

/**
 * Finds the nearest of some vectors, such as those of [Embedder]. All are looked at, so that none
 * is missed.
 *
 * @param vectors of one size, which must not be changed; there may be none.
 * @throws IllegalArgumentException they have different sizes.
 */
public class NearestVectors(
    vectors: List<FloatArray>,
) {
    private val vectors = vectors.toList()

    init {
        vectors.forEach { checkSize(it) }
    }

    /**
     * The vectors with the largest products with [vector], largest first; of equal ones the earlier
     * first.
     *
     * @param count how many to give at most.
     * @throws IllegalArgumentException the vector has another size than those to search.
     */
    public fun find(
        vector: FloatArray,
        count: Int,
    ): List<Neighbor> {
        checkSize(vector)
        return vectors
            .mapIndexed { place, other -> Neighbor(place, product(vector, other)) }
            .sortedByDescending { it.product }
            .take(count)
    }

    private fun checkSize(vector: FloatArray) {
        val size = vectors.firstOrNull()?.size ?: return
        require(vector.size == size) { "the vectors have $size numbers; received ${vector.size}" }
    }
}

/** The product of two vectors, summed in float64, which loses no digits that matter. */
internal fun product(
    vector: FloatArray,
    other: FloatArray,
): Double {
    var sum = 0.0
    for (i in vector.indices) sum += vector[i].toDouble() * other[i]
    return sum
}
