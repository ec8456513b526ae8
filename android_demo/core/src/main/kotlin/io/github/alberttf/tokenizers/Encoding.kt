package io.github.alberttf.tokenizers

/**
 * One sequence of L tokens, special tokens included, without padding.
 *
 * @property tokenIds L ids, `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`.
 * @property segmentIds L numbers, 0 up to and with the first `[SEP]`, 1 after it.
 * @property starts where each token begins in its text (segment 0) or in the pair (segment 1), as
 *   they were given, in UTF-16 units: `text.substring(starts[i], ends[i])`. 0 for special tokens.
 * @property ends where each token ends, exclusive. 0 for special tokens.
 * @property truncated how many tokens did not fit.
 */
public class Encoding internal constructor(
    public val tokenIds: IntArray,
    public val segmentIds: IntArray,
    public val starts: IntArray,
    public val ends: IntArray,
    public val truncated: Int,
) {
    /** L, the number of tokens. */
    public val length: Int get() = tokenIds.size
}
