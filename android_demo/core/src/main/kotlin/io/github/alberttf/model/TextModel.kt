package io.github.alberttf.model

import io.github.alberttf.tokenizers.Encoding
import io.github.alberttf.tokenizers.Tokenizer

/**
 * Runs texts through a network of any length, or of some lengths.
 *
 * @param tasks those that the caller answers.
 */
internal class TextModel(
    file: ModelFile,
    private val runner: ModelRunner,
    vararg tasks: String,
) {
    private val lengths: IntArray? = runner.lengths?.copyOf()
    private val segments = file.segments
    val tokenizer: Tokenizer = file.tokenizer

    /** Tokens of the longest sequence. */
    val maxLength: Int

    init {
        require(file.task in tasks) {
            "the file is for the task ${file.task}; needed is ${tasks.joinToString(" or ")}"
        }
        require(lengths == null || lengths.isNotEmpty() && lengths.last() >= LEAST_LENGTH) {
            "the lengths of a runner must be some numbers, rising, up to $LEAST_LENGTH at " +
                "least; received ${lengths.contentToString()}"
        }
        maxLength = minOf(file.maxLength, lengths?.last() ?: file.maxLength)
    }

    fun encode(
        text: String,
        pair: String?,
    ): Encoding = tokenizer.encode(text, pair, maxLength)

    fun run(encoding: Encoding): Outputs {
        require(segments > 1 || encoding.segmentIds.last() == 0) {
            "the model has no second segment, so it takes single texts only; received a pair"
        }
        val size = encoding.length
        val rows = lengths?.firstOrNull { it >= size } ?: size
        val ids = encoding.tokenIds.copyOf(rows).apply { fill(tokenizer.padId, size, rows) }
        val inputs =
            mapOf(
                "token_ids" to ids,
                "segment_ids" to encoding.segmentIds.copyOf(rows),
                "padding_mask" to IntArray(rows) { if (it < size) 1 else 0 },
            )
        return Outputs(runner.run(inputs), rows)
    }

    private companion object {
        const val LEAST_LENGTH = 5
    }
}
