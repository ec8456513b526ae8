package io.github.alberttf.model

import io.github.alberttf.tokenizers.Tokenizer
import io.github.alberttf.tokenizers.TokenizerReader
import java.nio.ByteBuffer
import java.security.MessageDigest

/**
 * What travels in a `.tflite` file besides the network: vocabulary, labels and settings.
 *
 * A zip archive behind the network, where runtimes do not look. [read] also checks that the file
 * is whole, as a runtime that is given a damaged network may crash.
 *
 * @property model the class of the Python library that was exported, such as "AlbertClassifier".
 * @property task what it is for, such as "classification".
 * @property maxLength tokens of the longest sequence.
 * @property segments how many texts of a sequence the model tells apart; of 1, it takes no pairs.
 * @property tokenizer turns texts into its tokens.
 * @property networkSha256 the checksum of the network, in hexadecimal digits.
 */
public class ModelFile private constructor(
    manifest: Manifest,
    public val tokenizer: Tokenizer,
) {
    public val model: String = manifest.model
    public val task: String = manifest.task
    public val maxLength: Int = manifest.maxLength
    public val segments: Int = manifest.segments
    public val networkSha256: String = manifest.networkDigest
    internal val settings: JsonObject = manifest.settings

    /**
     * The lengths of sequences that the network takes, rising, with a signature for each, such as
     * `length_16`; null if it takes any, by the signature `serving_default`.
     */
    public val lengths: IntArray? = manifest.lengths

    /** Names of classes, labels or tags in the order of the model's outputs; empty for others. */
    public val labels: List<String> = readLabels()

    private fun readLabels(): List<String> {
        if (!settings.has("labels")) return emptyList()
        val labels = settings.texts("labels")
        if (labels.isEmpty() || labels.toSet().size < labels.size) {
            settings.fail("labels", "different names")
        }
        return labels
    }

    public companion object {
        private const val NAME = "albert_tf.json"
        private const val MOST_JSON_BYTES = 1L shl 20
        private const val PIECE_BYTES = 64L
        private const val VOCABULARY_BYTES = 1L shl 20
        private const val CHUNK = 1 shl 16

        /**
         * Reads a model's file.
         *
         * Takes little more memory than its vocabulary needs, whatever the file holds.
         *
         * @param file all of it, from position 0 to the limit: mapped into memory, or its bytes
         *   in `ByteBuffer.wrap`.
         * @throws InvalidModelException the file is damaged or of another origin; the message
         *   says how.
         */
        @JvmStatic
        @Throws(InvalidModelException::class)
        public fun read(file: ByteBuffer): ModelFile {
            val archive = Archive(file)
            val json = archive.read(NAME, MOST_JSON_BYTES).decodeToString()
            val manifest = Manifest(JsonObject.parse(json, NAME))
            val names = manifest.associatedFiles + listOf(NAME, manifest.vocabularyName)
            if (archive.names != names.toSet()) damaged("it has other members")
            // Before the vocabulary is read, whose size the network's bounds.
            if (archive.start.toLong() != manifest.networkBytes) {
                damaged("the network has ${archive.start} bytes")
            }
            val most = PIECE_BYTES * manifest.vocabularySize + VOCABULARY_BYTES
            // For their checksums: nothing in them is ours.
            manifest.associatedFiles.forEach { archive.read(it, most) }
            val vocabulary = archive.read(manifest.vocabularyName, most)
            if (sha256(ByteBuffer.wrap(vocabulary), vocabulary.size) != manifest.vocabularyDigest) {
                damaged("the vocabulary does not have its checksum")
            }
            if (sha256(file, archive.start) != manifest.networkDigest) {
                damaged("the network does not have its checksum")
            }
            val tokenizer = TokenizerReader.read(manifest.tokenizer, vocabulary)
            if (tokenizer.vocabularySize > manifest.vocabularySize) {
                throw InvalidModelException(
                    "the vocabulary has ${tokenizer.vocabularySize} tokens, but the network " +
                        "knows ${manifest.vocabularySize}",
                )
            }
            return ModelFile(manifest, tokenizer)
        }

        private fun damaged(what: String): Nothing = throw InvalidModelException("${Archive.DAMAGED} ($what)")

        private fun sha256(
            file: ByteBuffer,
            size: Int,
        ): String {
            val digest = MessageDigest.getInstance("SHA-256")
            val part = file.duplicate()
            part.position(0)
            val chunk = ByteArray(CHUNK)
            var left = size
            while (left > 0) {
                val count = minOf(left, CHUNK)
                part.get(chunk, 0, count)
                digest.update(chunk, 0, count)
                left -= count
            }
            return digest.digest().joinToString("") { byte ->
                (byte.toInt() and 255).toString(16).padStart(2, '0')
            }
        }
    }
}
