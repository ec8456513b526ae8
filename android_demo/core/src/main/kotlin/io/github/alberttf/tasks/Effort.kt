package io.github.alberttf.tasks

/**
 * What an answer took.
 *
 * @property sequences how often the network ran: more than once where a text is longer than its
 *   longest sequence.
 * @property tokens how many tokens these had together, without padding.
 * @property truncated how many tokens did not fit and were left out.
 */
public class Effort internal constructor(
    public val sequences: Int,
    public val tokens: Int,
    public val truncated: Int,
) {
    override fun toString(): String = "$tokens tokens in $sequences sequences, $truncated left out"
}
