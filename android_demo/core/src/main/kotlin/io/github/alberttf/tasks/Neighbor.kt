package io.github.alberttf.tasks

/**
 * One of the vectors of [NearestVectors].
 *
 * @property place which one, from 0.
 * @property product with what was looked for; of vectors of length 1, their cosine.
 */
public data class Neighbor(
    val place: Int,
    val product: Double,
)
