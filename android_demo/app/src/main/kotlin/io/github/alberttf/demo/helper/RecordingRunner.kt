package io.github.alberttf.demo.helper

import io.github.alberttf.model.ModelRunner

/** Remembers what the network was given, to be compared with Python's. */
internal class RecordingRunner(
    private val runner: ModelRunner,
) : ModelRunner by runner {
    private val recorded = ArrayList<List<Int>>()

    override fun run(inputs: Map<String, IntArray>): Map<String, FloatArray> {
        recorded.add(inputs.getValue("token_ids").toList())
        return runner.run(inputs)
    }

    /** The ids of each sequence since the last call. */
    fun take(): List<List<Int>> = recorded.toList().also { recorded.clear() }
}
