package io.github.alberttf.tokenizers

/**
 * What is done to text before it is cut into pieces, as a model's file says.
 *
 * @property lowercase whether text is lower-cased.
 * @property stripAccents whether marks on letters are dropped; for SentencePiece this also
 *   replaces compatibility characters by plain ones. Null for what is usual: SentencePiece drops
 *   them, WordPiece only with [lowercase].
 * @property collapseSpaces SentencePiece: whether runs of white space become one blank.
 * @property splitIdeographs WordPiece: whether each ideograph is a word.
 * @property followsTransformers whose rules decide where Google's and Hugging Face's differ:
 *   how long a word of WordPiece may be, whether letters and marks are composed, what becomes of
 *   two backticks and of a capital sigma.
 * @property specialTokens the pieces for padding, unknown, `[CLS]`, `[SEP]` and `[MASK]`; null for
 *   the published names.
 * @property addedTokens tokens that are looked for in the text before all else.
 */
internal class TokenizerSettings(
    val lowercase: Boolean = true,
    val stripAccents: Boolean? = null,
    val collapseSpaces: Boolean = true,
    val splitIdeographs: Boolean = true,
    val followsTransformers: Boolean = false,
    val specialTokens: List<String>? = null,
    val addedTokens: List<AddedToken> = emptyList(),
)
