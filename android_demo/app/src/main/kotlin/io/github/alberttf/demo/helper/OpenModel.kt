package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.Task
import java.io.Closeable

/** A model with its runtime. One thread at a time may use it. */
interface OpenModel : Closeable {
    /** What it does. */
    val task: Task

    /** The most tokens that a sequence of it may have. */
    val maxLength: Int

    /** What computes. */
    val backend: String

    /**
     * Answers for a text.
     *
     * @param passage for a task that takes one.
     */
    fun answer(
        text: String,
        passage: String?,
    ): Reply

    /** Computes a sequence of that many tokens and drops what comes out. */
    fun run(length: Int)

    /**
     * What [answer] gives.
     *
     * @property tokenIds the ids of each sequence that the network was given.
     * @property savedLayers the share of layers that were not computed; null if all are always.
     */
    class Reply(
        val answer: Answer,
        val tokenIds: List<List<Int>>,
        val savedLayers: Double?,
    )
}
