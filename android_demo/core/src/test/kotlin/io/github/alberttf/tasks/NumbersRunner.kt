package io.github.alberttf.tasks

import io.github.alberttf.model.ModelRunner

/** In the place of a network: `sequence_outputs` of golden_vectors.py. */
internal class NumbersRunner(
    private val task: String,
    private val labels: Int,
    override val lengths: IntArray?,
) : ModelRunner {
    override fun run(inputs: Map<String, IntArray>): Map<String, FloatArray> {
        val ids = inputs.getValue("token_ids")
        check(lengths == null || ids.size in lengths.asList())
        check(inputs.getValue("padding_mask").sum() >= 2)
        return when (task) {
            "question_answering" ->
                mapOf("start_logits" to tokens(ids, 1) { 0 }, "end_logits" to tokens(ids, 1) { 1 })
            "classification", "multilabel", "regression" ->
                mapOf("logits" to FloatArray(labels) { logit(0, it, ids.sum()) })
            "similarity" -> mapOf("embedding" to FloatArray(4) { logit(0, it, ids.sum()) })
            else ->
                mapOf(
                    "logits" to tokens(ids, labels) { it },
                    "intent_logits" to FloatArray(2) { logit(0, it, ids.sum()) },
                    "transitions" to
                        FloatArray((labels + 1) * labels) { logit(it / labels, it % labels, 5) },
                )
        }
    }

    private fun tokens(
        ids: IntArray,
        size: Int,
        column: (Int) -> Int,
    ) = FloatArray(ids.size * size) { logit(it / size, column(it % size), ids[it / size]) }

    private fun logit(
        row: Int,
        column: Int,
        number: Int,
    ): Float = ((number * 31 + column * 17 + row * 7) % 97 / 12.0 - 4).toFloat()

    override fun close() = Unit
}
