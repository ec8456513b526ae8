package io.github.alberttf.model

/**
 * `albert_tf.json` of a model's file, checked.
 *
 * @throws InvalidModelException something is missing, unknown, of another kind, or does not fit.
 */
internal class Manifest(
    values: JsonObject,
) {
    val model: String
    val task: String
    val settings: JsonObject
    val vocabularySize: Int
    val segments: Int
    val longest: Int
    val maxLength: Int
    val tokenizer: JsonObject
    val vocabularyName: String
    val vocabularyDigest: String
    val networkBytes: Long
    val networkDigest: String

    /** Of sequences that the network takes; null for any. */
    val lengths: IntArray?

    /** What others read in the archive. */
    val associatedFiles: List<String>

    init {
        checkFormat(values)
        model = values.text("model")
        task = values.textOrNull("task").orEmpty()
        if (task.isEmpty() || !values.has("preprocessor")) {
            throw InvalidModelException(
                "the file holds an $model without a task or without a vocabulary, so it takes " +
                    "no text",
            )
        }
        settings = values.child("settings")
        networkBytes = values.int("network_bytes").toLong()
        networkDigest = values.text("network_sha256")
        val config = values.child("config")
        vocabularySize = config.int("vocab_size")
        longest = config.int("max_position_embeddings")
        segments = if (config.has("type_vocab_size")) config.int("type_vocab_size") else 2
        checkSize(values, config)
        lengths = if (values.has(FIXED_LENGTHS)) lengthsOf(values.child(FIXED_LENGTHS)) else null
        associatedFiles =
            if (values.has(ASSOCIATED_FILES)) values.texts(ASSOCIATED_FILES) else emptyList()
        val preprocessor = values.child("preprocessor")
        preprocessor.checkNames(PREPROCESSOR)
        maxLength = preprocessor.int("max_length")
        if (maxLength !in LEAST_LENGTH..longest) {
            preprocessor.fail("max_length", "from $LEAST_LENGTH to $longest")
        }
        tokenizer = preprocessor.child("tokenizer")
        vocabularyName = tokenizer.text("vocabulary")
        vocabularyDigest = preprocessor.text("vocabulary_sha256")
    }

    private fun checkFormat(values: JsonObject) {
        val format = values.values["format"]
        if (format != FORMAT) {
            values.fail("format", "$FORMAT; export the model again by the newest `albert-tf`")
        }
        values.checkNames(NAMES)
    }

    private fun lengthsOf(fixed: JsonObject): IntArray {
        val found = fixed.ints("lengths").toIntArray()
        val isRising = found.indices.all { it == 0 || found[it] > found[it - 1] }
        if (found.isEmpty() || !isRising || found.first() < LEAST_LENGTH || found.last() > longest) {
            fixed.fail("lengths", "rising numbers from $LEAST_LENGTH to $longest")
        }
        return found
    }

    /** A vocabulary that needs much memory also needs a large network. */
    private fun checkSize(
        values: JsonObject,
        config: JsonObject,
    ) {
        val quantization = values.values["quantization"]
        val kind =
            if (quantization is Map<*, *>) {
                values.child("quantization").text("embeddings")
            } else {
                values.text("quantization")
            }
        val bits = BITS[kind] ?: values.fail("quantization", BITS.keys.joinToString(" or "))
        val rows = vocabularySize.toDouble() + longest
        if (rows * config.int("embedding_size") * bits > 8.0 * networkBytes) {
            values.fail("network_bytes", "as much as the configuration says")
        }
    }

    private companion object {
        const val FORMAT = 2L
        const val LEAST_LENGTH = 3
        const val FIXED_LENGTHS = "fixed_lengths"
        const val ASSOCIATED_FILES = "associated_files"
        val NAMES =
            setOf(
                "format",
                "model",
                "config",
                "quantization",
                "task",
                "settings",
                "preprocessor",
                "network_bytes",
                "network_sha256",
                FIXED_LENGTHS,
                ASSOCIATED_FILES,
            )
        val PREPROCESSOR = setOf("max_length", "tokenizer", "vocabulary_sha256")
        val BITS = mapOf("float32" to 32, "float16" to 16, "int8" to 8, "int4" to 4)
    }
}
