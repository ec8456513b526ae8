package io.github.alberttf.demo.helper

import io.github.alberttf.model.ModelRunner
import org.tensorflow.lite.DataType
import org.tensorflow.lite.Interpreter
import org.tensorflow.lite.Tensor
import org.tensorflow.lite.TensorFlowLite
import java.nio.ByteOrder
import java.nio.MappedByteBuffer

/**
 * LiteRT's `Interpreter` on the processor.
 *
 * @param network a file that is mapped into memory; it is not copied.
 * @param threads processor cores to use.
 * @property lengths see `ModelFile.lengths`.
 */
class InterpreterRunner(
    network: MappedByteBuffer,
    threads: Int,
    override val lengths: IntArray?,
) : ModelRunner {
    private val interpreter: Interpreter
    private val outputs: Array<String>

    /** What computes. No delegate is asked for, so it is the processor and nothing else. */
    val backend: String

    init {
        val options = Interpreter.Options().setNumThreads(threads).setUseXNNPACK(true)
        interpreter = Interpreter(network, options)
        outputs = interpreter.getSignatureOutputs(signature(lengths?.first()))
        backend = "LiteRT ${TensorFlowLite.runtimeVersion()}, CPU × $threads"
    }

    override fun run(inputs: Map<String, IntArray>): Map<String, FloatArray> {
        // Arrays, unlike buffers, have a shape: the interpreter takes the length from them.
        val sequences = inputs.mapValues { arrayOf(it.value) }
        val signature = signature(inputs.values.first().size)
        // Outputs that depend on the length have no place before it is known, so none is given.
        interpreter.runSignature(sequences, emptyMap(), signature)
        return outputs.associateWith { name ->
            floats(interpreter.getOutputTensorFromSignature(name, signature))
        }
    }

    override fun close() = interpreter.close()

    private fun floats(tensor: Tensor): FloatArray {
        val content = tensor.asReadOnlyBuffer().order(ByteOrder.nativeOrder())
        val count = tensor.numElements()
        return when (tensor.dataType()) {
            DataType.FLOAT32 -> FloatArray(count).also { content.asFloatBuffer().get(it) }
            DataType.INT32 -> FloatArray(count) { content.getInt(it * Int.SIZE_BYTES).toFloat() }
            DataType.INT64 -> FloatArray(count) { content.getLong(it * Long.SIZE_BYTES).toFloat() }
            else -> error("the output ${tensor.name()} is of ${tensor.dataType()}")
        }
    }

    private fun signature(length: Int?) = if (lengths == null) ANY_LENGTH else "length_$length"

    private companion object {
        const val ANY_LENGTH = "serving_default"
    }
}
