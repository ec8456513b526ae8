package io.github.alberttf.demo.state

/**
 * How often the device says what Python says.
 *
 * @property examples how many were compared.
 * @property sameTokens how many have the same token ids.
 * @property sameAnswers how many have the same answer.
 */
data class Agreement(
    val examples: Int,
    val sameTokens: Int,
    val sameAnswers: Int,
) {
    /** One example more. */
    fun plus(
        hasSameTokens: Boolean,
        hasSameAnswer: Boolean,
    ) = Agreement(
        examples + 1,
        sameTokens + if (hasSameTokens) 1 else 0,
        sameAnswers + if (hasSameAnswer) 1 else 0,
    )
}
