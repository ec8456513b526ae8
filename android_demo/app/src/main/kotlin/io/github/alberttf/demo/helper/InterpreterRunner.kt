package io.github.alberttf.demo.helper

import io.github.alberttf.model.ModelRunner
import org.tensorflow.lite.DataType
import org.tensorflow.lite.Interpreter
import org.tensorflow.lite.Tensor
import org.tensorflow.lite.TensorFlowLite
import java.nio.ByteOrder
import java.nio.MappedByteBuffer

/**
 * LiteRT's `Interpreter` on the processor, for sequences of any length.
 *
 * @param network a file that is mapped into memory; it is not copied.
 * @param threads processor cores to use.
 */
class InterpreterRunner(
    network: MappedByteBuffer,
    threads: Int,
) : ModelRunner {
    private val interpreter: Interpreter
    private val outputs: Array<String>

    /** What computes. No delegate is asked for, so it is the processor and nothing else. */
    val backend: String

    override val lengths: IntArray? get() = null

    init {
        val options = Interpreter.Options().setNumThreads(threads).setUseXNNPACK(true)
        interpreter = Interpreter(network, options)
        outputs = interpreter.getSignatureOutputs(SIGNATURE)
        backend = "LiteRT ${TensorFlowLite.runtimeVersion()}, CPU × $threads"
    }

    override fun run(inputs: Map<String, IntArray>): Map<String, FloatArray> {
        // Arrays, unlike buffers, have a shape: the interpreter takes the length from them.
        val sequences = inputs.mapValues { arrayOf(it.value) }
        // Outputs that depend on the length have no place before it is known, so none is given.
        interpreter.runSignature(sequences, emptyMap(), SIGNATURE)
        return outputs.associateWith { name ->
            floats(interpreter.getOutputTensorFromSignature(name, SIGNATURE))
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

    private companion object {
        const val SIGNATURE = "serving_default"
    }
}
