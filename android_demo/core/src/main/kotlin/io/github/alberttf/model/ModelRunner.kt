package io.github.alberttf.model

import java.io.Closeable

/**
 * A runtime with a network: LiteRT's `Interpreter`, its `CompiledModel`, or a test.
 *
 * Its owner closes it. A runner need not be safe for threads, and what uses it is not either.
 */
public interface ModelRunner : Closeable {
    /**
     * The lengths of sequences that it takes, rising; null if it takes any.
     *
     * `CompiledModel` cannot resize its inputs, so there is one network for each of some lengths,
     * such as 16, 32, 64, 128 and 384. Shorter sequences are padded, longer ones are cut as are
     * those beyond the longest length of the file.
     */
    public val lengths: IntArray?

    /**
     * Runs one sequence.
     *
     * @param inputs by the names of the signature: `token_ids`, `segment_ids` and `padding_mask`,
     *   each int32 [[1, L]]. Converters change the order of inputs, so it means nothing.
     * @return the outputs by the names of the signature, such as `logits`, flattened; whole
     *   numbers as floats.
     */
    public fun run(inputs: Map<String, IntArray>): Map<String, FloatArray>
}
