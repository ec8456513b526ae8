package io.github.alberttf.tokenizers

/** What [SentencePieceTokenizer] writes on between a text and its tokens, to be used again. */
internal class Workspace {
    val cleaned = TracedText(0)
    val normalized = NormalizedText(0)
    val lattice = Lattice()
    val pieces = TokenList(0)
}
