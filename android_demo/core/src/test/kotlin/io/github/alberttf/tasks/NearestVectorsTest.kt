package io.github.alberttf.tasks

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class NearestVectorsTest {
    private val nearest =
        NearestVectors(
            listOf(floatArrayOf(0f, 1f), floatArrayOf(1f, 0f), floatArrayOf(-1f, 0f), floatArrayOf(1f, 0f)),
        )

    @Test
    fun theLargestProductIsFirstAndOfEqualOnesTheEarlier() {
        val found = nearest.find(floatArrayOf(0.5f, 0.25f), 4)
        val expected = listOf(Neighbor(1, 0.5), Neighbor(3, 0.5), Neighbor(0, 0.25), Neighbor(2, -0.5))
        assertEquals(expected, found)
    }

    @Test
    fun noMoreThanAreAskedForOrThere() {
        val vector = floatArrayOf(0f, 1f)
        assertEquals(listOf(Neighbor(0, 1.0)), nearest.find(vector, 1))
        assertEquals(4, nearest.find(vector, 9).size)
        assertEquals(emptyList<Neighbor>(), NearestVectors(emptyList()).find(vector, 9))
    }

    @Test
    fun sizesMustBeEqual() {
        val error =
            assertThrows(IllegalArgumentException::class.java) { nearest.find(FloatArray(3), 1) }
        assertEquals("the vectors have 2 numbers; received 3", error.message)
        assertThrows(IllegalArgumentException::class.java) {
            NearestVectors(listOf(FloatArray(2), FloatArray(3)))
        }
    }
}
