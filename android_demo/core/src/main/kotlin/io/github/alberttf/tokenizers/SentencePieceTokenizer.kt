package io.github.alberttf.tokenizers

import io.github.alberttf.unicode.UnicodeData
import java.util.concurrent.atomic.AtomicReference

/**
 * SentencePiece with ALBERT's clean-up and its rule for digits: the tokenizer of the English
 * models.
 */
public class SentencePieceTokenizer internal constructor(
    data: ByteArray,
    settings: TokenizerSettings,
) : Tokenizer() {
    /** What takes the place of a piece: others, how long they are, how many marks they begin with. */
    private class Parts(
        val ids: IntArray,
        val lengths: IntArray,
        val marks: IntArray,
    )

    private val clean = CleanText(settings)
    private val own: List<String>
    private val unigram: UnigramModel
    private val normalizer: PieceNormalizer
    private val resplit: Array<Parts?>
    private val spare = AtomicReference<Workspace?>()

    init {
        val model = SentencePieceModel(data)
        own = model.pieces.map { it.text }
        unigram = UnigramModel(model)
        normalizer = PieceNormalizer(model, unigram.symbols)
        resplit = Array(own.size) { if (endsNumber(own[it])) splitOffComma(own[it]) else null }
        val names = (settings.specialTokens ?: NAMES).toMutableList()
        names[1] = own[unigram.unknownId]
        setUp(own, names, settings)
    }

    override fun split(
        text: String,
        shift: Int,
        tokens: TokenList,
    ) {
        // A second thread makes a workspace of its own.
        val workspace = spare.getAndSet(null) ?: Workspace()
        split(text, shift, tokens, workspace)
        if (text.length <= LONGEST_KEPT) spare.set(workspace)
    }

    private fun split(
        text: String,
        shift: Int,
        tokens: TokenList,
        workspace: Workspace,
    ) {
        val cleaned = workspace.cleaned
        val normalized = workspace.normalized
        val pieces = workspace.pieces
        clean.clean(text, cleaned)
        normalizer.normalize(cleaned.codes, cleaned.size, normalized)
        val codes = normalized.codes.items
        unigram.cut(codes, normalized.codes.size, workspace.lattice, pieces)
        val spans = PieceSpans(cleaned, normalized, text.length, shift)
        for (place in 0 until pieces.size) {
            val id = pieces.ids[place]
            val begin = pieces.starts[place]
            val end = pieces.ends[place]
            val parts = resplit[id] ?: partsOfUnknown(id, codes, begin, end)
            if (parts == null) {
                val marks = if (unigram.isByte(id)) 0 else countMarks(codes, begin, end)
                spans.add(id, begin + marks, end, tokens)
            } else {
                addParts(parts, begin, end, spans, tokens)
            }
        }
    }

    private fun addParts(
        parts: Parts,
        begin: Int,
        end: Int,
        spans: PieceSpans,
        tokens: TokenList,
    ) {
        var from = begin
        for (index in parts.ids.indices) {
            val to = minOf(end, from + parts.lengths[index])
            spans.add(parts.ids[index], minOf(to, from + parts.marks[index]), to, tokens)
            from = to
        }
    }

    private fun partsOfUnknown(
        id: Int,
        codes: IntArray,
        begin: Int,
        end: Int,
    ): Parts? {
        val isNumber =
            id == unigram.unknownId &&
                end - begin > 1 &&
                codes[end - 1] == COMMA.code &&
                UnicodeData.isDigit(codes[end - 2])
        return if (isNumber) splitOffComma(textOf(codes, begin, end)) else null
    }

    private fun countMarks(
        codes: IntArray,
        begin: Int,
        end: Int,
    ): Int {
        var place = begin
        while (place < end && codes[place] == PieceNormalizer.WORD_START) place += 1
        return place - begin
    }

    /**
     * Cuts "9," into what "9" is cut into, and the comma.
     *
     * The rule of the official `encode_pieces`, so that "1,000" does not keep pieces which mix
     * digits and commas at their end.
     */
    private fun splitOffComma(piece: String): Parts {
        val number = piece.dropLast(1)
        val texts = piecesOf(number.replace(MARK, "")).toMutableList()
        if (!number.startsWith(MARK) && texts.isNotEmpty()) {
            // Cut alone it was taken for the start of a word.
            texts[0] = texts[0].removePrefix(MARK)
        }
        val parts = texts.filter { it.isNotEmpty() } + COMMA.toString()
        val ids = IntArray(parts.size) { unigram.idOf(parts[it]) }
        return Parts(
            ids,
            IntArray(parts.size) { if (unigram.isByte(ids[it])) 1 else codesOf(parts[it]).size },
            IntArray(parts.size) { parts[it].length - parts[it].trimStart(MARK[0]).length },
        )
    }

    private fun piecesOf(text: String): List<String> {
        val codes = codesOf(text)
        val workspace = Workspace()
        normalizer.normalize(codes, codes.size, workspace.normalized)
        val normalized = workspace.normalized.codes
        val pieces = workspace.pieces
        unigram.cut(normalized.items, normalized.size, workspace.lattice, pieces)
        return List(pieces.size) {
            val id = pieces.ids[it]
            if (unigram.isByte(id)) {
                own[id]
            } else {
                textOf(normalized.items, pieces.starts[it], pieces.ends[it])
            }
        }
    }

    /** Whether it ends with a digit and a comma, which are to be apart. */
    private fun endsNumber(piece: String): Boolean {
        if (piece.length < 2 || piece.last() != COMMA) return false
        val codes = codesOf(piece)
        return UnicodeData.isDigit(codes[codes.size - 2])
    }

    private companion object {
        val NAMES = listOf("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
        const val MARK = "\u2581"
        const val COMMA = ','

        /** Of texts, in UTF-16 units: what longer ones took is given back. */
        const val LONGEST_KEPT = 1 shl 16
    }
}
