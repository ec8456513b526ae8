package io.github.alberttf.tokenizers

import io.github.alberttf.model.InvalidModelException
import io.github.alberttf.model.JsonObject

/** Tokenizers as a model's file describes them. */
internal object TokenizerReader {
    /** No embedding is larger, so a larger id must be a mistake. */
    private const val MOST_IDS = 1 shl 21
    private const val SPECIAL_TOKENS = 5

    private val NAMES =
        setOf(
            "tokenizer",
            "vocabulary",
            "lowercase",
            "strip_accents",
            "collapse_spaces",
            "split_ideographs",
            "follows",
            "special_tokens",
            "added_tokens",
        )
    private val TOKEN_NAMES =
        setOf("content", "id", "special", "lstrip", "rstrip", "single_word", "normalized")

    /** @throws InvalidModelException the configuration or the vocabulary is damaged. */
    fun read(
        configuration: JsonObject,
        vocabulary: ByteArray,
    ): Tokenizer {
        configuration.checkNames(NAMES)
        val settings = settings(configuration)
        return when (val kind = configuration.text("tokenizer")) {
            "sentencepiece" -> {
                checkUsual(configuration, "split_ideographs", kind)
                SentencePieceTokenizer(vocabulary, settings)
            }
            "wordpiece" -> {
                checkUsual(configuration, "collapse_spaces", kind)
                WordPieceTokenizer(vocabulary, settings)
            }
            "tokenizers" -> throw InvalidModelException(
                "its vocabulary is a tokenizer.json, which only Hugging Face's own library reads; " +
                    "a SentencePiece .model or a WordPiece .txt is needed here",
            )
            else -> configuration.fail("tokenizer", "sentencepiece or wordpiece")
        }
    }

    private fun checkUsual(
        configuration: JsonObject,
        name: String,
        kind: String,
    ) {
        if (!configuration.flag(name, true)) {
            throw InvalidModelException("$name=false has no effect on a $kind vocabulary")
        }
    }

    private fun settings(values: JsonObject): TokenizerSettings =
        TokenizerSettings(
            lowercase = values.flag("lowercase", true),
            stripAccents = if (values.has("strip_accents")) values.flag("strip_accents") else null,
            collapseSpaces = values.flag("collapse_spaces", true),
            splitIdeographs = values.flag("split_ideographs", true),
            followsTransformers = followsTransformers(values),
            specialTokens = specialTokens(values),
            addedTokens =
                if ("added_tokens" in values.values) {
                    values.objects("added_tokens").map(::addedToken)
                } else {
                    emptyList()
                },
        )

    private fun followsTransformers(values: JsonObject): Boolean =
        when (values.values.getOrElse("follows") { "google" }) {
            "google" -> false
            "transformers" -> true
            else -> values.fail("follows", "google or transformers")
        }

    private fun specialTokens(values: JsonObject): List<String>? {
        if (!values.has("special_tokens")) return null
        val names = values.texts("special_tokens")
        if (names.size != SPECIAL_TOKENS || names.any { it.isEmpty() }) {
            values.fail("special_tokens", "five names, for padding, unknown, CLS, SEP and MASK")
        }
        return names
    }

    private fun addedToken(values: JsonObject): AddedToken {
        values.checkNames(TOKEN_NAMES)
        val content = values.text("content")
        if (content.isEmpty()) values.fail("content", "some text")
        val id = if (values.has("id")) values.int("id") else null
        if (id != null && id >= MOST_IDS) values.fail("id", "below $MOST_IDS")
        return AddedToken(
            content = content,
            id = id,
            special = values.flag("special", false),
            lstrip = values.flag("lstrip", false),
            rstrip = values.flag("rstrip", false),
            singleWord = values.flag("single_word", false),
            normalized = values.flag("normalized", true),
        )
    }
}
