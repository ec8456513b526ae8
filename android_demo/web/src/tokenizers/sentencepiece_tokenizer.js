import { codesOf, textOf } from "../unicode/traced_text.js";
import { isDigit } from "../unicode/unicode_data.js";
import { CleanText } from "./clean_text.js";
import { PieceNormalizer, WORD_START } from "./piece_normalizer.js";
import { PieceSpans } from "./piece_spans.js";
import { SentencePieceModel } from "./sentencepiece_model.js";
import { Tokenizer } from "./tokenizer.js";
import { Unigram } from "./unigram.js";

const NAMES = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"];
const MARK = "\u2581";
const COMMA = 0x2c;

/**
 * What takes the place of a piece: others, how long they are, how many marks
 * they begin with.
 *
 * @typedef {{id: number, length: number, marks: number}[]} Parts
 */

/**
 * SentencePiece with ALBERT's clean-up and its rule for digits: the tokenizer
 * of the English models.
 */
export class SentencePieceTokenizer extends Tokenizer {
  /**
   * @param {Uint8Array} data
   * @param {import("./tokenizer_settings.js").Settings} settings
   */
  constructor(data, settings) {
    const model = new SentencePieceModel(data);
    const own = model.pieces.map((piece) => piece.text);
    const unigram = new Unigram(model);
    const names = [...(settings.specialTokens ?? NAMES)];
    names[1] = own[unigram.unknownId];
    super(own, names, settings);
    this.own = own;
    this.unigram = unigram;
    this.clean = new CleanText(settings);
    this.normalizer = new PieceNormalizer(model, unigram.symbols);
    /** @type {Map<number, Parts>} */
    this.resplit = new Map();
    own.forEach((piece, id) => {
      if (endsNumber(piece)) this.resplit.set(id, this.#splitOffComma(piece));
    });
  }

  /**
   * @param {string} text
   * @param {number} shift
   * @param {import("./tokenizer.js").Token[]} tokens
   */
  split(text, shift, tokens) {
    const cleaned = this.clean.clean(text);
    const normalized = this.normalizer.normalize(cleaned.codes);
    const spans = new PieceSpans(cleaned, normalized, text.length, shift);
    for (const { id, begin, end } of this.unigram.cut(normalized.codes)) {
      const codes = normalized.codes.slice(begin, end);
      const parts = this.resplit.get(id) ?? this.#partsOfUnknown(id, codes);
      if (parts) {
        addParts(parts, begin, end, spans, tokens);
      } else {
        const marks = this.unigram.isByte(id) ? 0 : countMarks(codes);
        tokens.push(spans.token(id, begin + marks, end));
      }
    }
  }

  /** @param {number} id @param {number[]} codes */
  #partsOfUnknown(id, codes) {
    if (id !== this.unigram.unknownId || codes.length < 2) return null;
    if (codes.at(-1) !== COMMA || !isDigit(codes[codes.length - 2])) return null;
    return this.#splitOffComma(textOf(codes));
  }

  /**
   * Cuts "9," into what "9" is cut into, and the comma.
   *
   * The rule of the official `encode_pieces`, so that "1,000" does not keep
   * pieces which mix digits and commas at their end.
   *
   * @param {string} piece
   * @returns {Parts}
   */
  #splitOffComma(piece) {
    const number = piece.slice(0, -1);
    const texts = this.#piecesOf(number.replaceAll(MARK, ""));
    if (!number.startsWith(MARK) && texts[0]?.startsWith(MARK)) {
      // Cut alone it was taken for the start of a word.
      texts[0] = texts[0].slice(1);
    }
    return [...texts.filter((text) => text !== ""), ","].map((text) => {
      const id = this.unigram.idOf(text);
      const codes = codesOf(text);
      const length = this.unigram.isByte(id) ? 1 : codes.length;
      return { id, length, marks: countMarks(codes) };
    });
  }

  /** @param {string} text */
  #piecesOf(text) {
    const { codes } = this.normalizer.normalize(codesOf(text));
    return this.unigram
      .cut(codes)
      .map(({ id, begin, end }) =>
        this.unigram.isByte(id) ? this.own[id] : textOf(codes.slice(begin, end)),
      );
  }
}

/**
 * @param {Parts} parts
 * @param {number} begin
 * @param {number} end
 * @param {PieceSpans} spans
 * @param {import("./tokenizer.js").Token[]} tokens
 */
function addParts(parts, begin, end, spans, tokens) {
  let from = begin;
  for (const { id, length, marks } of parts) {
    const to = Math.min(end, from + length);
    tokens.push(spans.token(id, Math.min(to, from + marks), to));
    from = to;
  }
}

/** @param {number[]} codes */
function countMarks(codes) {
  const first = codes.findIndex((code) => code !== WORD_START);
  return first < 0 ? codes.length : first;
}

/** Ends with a digit and a comma, to be apart. @param {string} piece */
function endsNumber(piece) {
  if (piece.length < 2 || !piece.endsWith(",")) return false;
  return isDigit(/** @type {number} */ (codesOf(piece).at(-2)));
}
