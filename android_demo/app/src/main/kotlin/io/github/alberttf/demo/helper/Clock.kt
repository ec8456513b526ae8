package io.github.alberttf.demo.helper

private const val NANOSECONDS = 1e6

/** Milliseconds since a moment of `System.nanoTime`. */
fun millisecondsSince(start: Long): Double = (System.nanoTime() - start) / NANOSECONDS
