package io.github.alberttf.demo.state

/**
 * How often the device says what Python says.
 *
 * @property examples how many were compared.
 * @property sameTokens how many have the same token ids.
 * @property sameAnswers how many have the same answer.
 */
data class Agreement(val examples: Int, val sameTokens: Int, val sameAnswers: Int)
