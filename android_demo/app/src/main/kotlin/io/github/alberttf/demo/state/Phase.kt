package io.github.alberttf.demo.state

/** How far the answer is. */
sealed class Phase {
    /** There is no model to choose. */
    data object Empty : Phase()

    /** The file is being opened. */
    data object Loading : Phase()

    /** Waits for the user. */
    data object Ready : Phase()

    /** The model computes. */
    data object Running : Phase()

    /** There is an answer. */
    data class Done(
        val answer: Answer,
        val info: RunInfo,
    ) : Phase()

    /**
     * There is none.
     *
     * @property problem what the user reads.
     * @property detail what the library said; "" for nothing.
     */
    data class Failed(
        val problem: Problem,
        val detail: String = "",
    ) : Phase()
}
