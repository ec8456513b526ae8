package io.github.alberttf.demo.state

import org.junit.Assert.assertEquals
import org.junit.Test

class TimingTest {
    @Test
    fun medianAndThatWhich95Of100DoNotExceed() {
        val times = (1..100).map { it.toDouble() }.shuffled()
        assertEquals(Timing(8, 50.0, 95.0), Timing.of(8, times))
    }

    @Test
    fun oneTimeIsBoth() {
        assertEquals(Timing(8, 3.0, 3.0), Timing.of(8, listOf(3.0)))
    }
}
