// A SentencePiece model's own normalization: rules of what takes the place of
// some characters, blanks that are marked, and runs of them that become one.
import { PieceRules } from "./piece_rules.js";
import { NONE } from "./piece_trie.js";

/** SentencePiece's mark for the blank before a word. */
export const WORD_START = 0x2581;
const BLANK = 0x20;

/** A match of no rule. */
const PLAIN = { length: 1, text: null };

/**
 * A text as a model cuts it, and for each character, and for the end, the place
 * in the text that it comes from.
 *
 * @typedef {{codes: number[], sources: number[]}} Normalized
 */

export class PieceNormalizer {
  /**
   * @param {import("./sentencepiece_model.js").SentencePieceModel} model
   * @param {import("./piece_trie.js").PieceTrie | null} symbols pieces that
   *   stay what they are, user defined ones
   */
  constructor(model, symbols) {
    this.symbols = symbols;
    this.addsPrefix = model.addsDummyPrefix && !model.marksWordEnds;
    this.addsSuffix = model.addsDummyPrefix && model.marksWordEnds;
    this.removesSpaces = model.removesExtraSpaces;
    this.space = model.escapesSpaces ? WORD_START : BLANK;
    this.rules = new PieceRules(model.rules);
  }

  /** @param {number[]} codes @returns {Normalized} */
  normalize(codes) {
    /** @type {Normalized} */
    const text = { codes: [], sources: [] };
    let place = 0;
    while (this.removesSpaces && place < codes.length) {
      const match = this.#match(codes, place);
      if (!isBlank(codes, place, match)) break;
      place += match.length;
    }
    if (place === codes.length) return text;
    if (this.addsPrefix) add(text, this.space, place);
    place = this.#addAll(codes, place, text);
    if (this.removesSpaces) place = this.#removeLastSpaces(text, place);
    if (this.addsSuffix) add(text, this.space, place);
    text.sources.push(place);
    return text;
  }

  /** @param {number[]} codes @param {number} begin @param {Normalized} text */
  #addAll(codes, begin, text) {
    let place = begin;
    let isBehindSpace = this.removesSpaces;
    while (place < codes.length) {
      const match = this.#match(codes, place);
      const found = match.text ?? codes.slice(place, place + match.length);
      let from = 0;
      while (isBehindSpace && found[from] === BLANK) from += 1;
      for (const code of found.slice(from)) {
        add(text, code === BLANK ? this.space : code, place);
      }
      if (from < found.length) isBehindSpace = found.at(-1) === BLANK;
      place += match.length;
      if (!this.removesSpaces) isBehindSpace = false;
    }
    return place;
  }

  /** Where the text now ends in its source. @param {Normalized} text @param {number} end */
  #removeLastSpaces(text, end) {
    let place = end;
    while (text.codes.at(-1) === this.space) {
      text.codes.pop();
      place = /** @type {number} */ (text.sources.pop());
    }
    return place;
  }

  /** The longest match at a place. @param {number[]} codes @param {number} place */
  #match(codes, place) {
    const length = this.#symbolAt(codes, place);
    if (length > 0) return { length, text: null };
    return this.rules.longest(codes, place) ?? PLAIN;
  }

  /** @param {number[]} codes @param {number} place */
  #symbolAt(codes, place) {
    if (this.symbols === null) return 0;
    let node = this.symbols.root;
    let longest = 0;
    for (let next = place; next < codes.length; next++) {
      node = this.symbols.step(node, codes[next]);
      if (node === NONE) break;
      if (this.symbols.value(node) !== NONE) longest = next + 1 - place;
    }
    return longest;
  }
}

/** @param {Normalized} text @param {number} code @param {number} source */
function add(text, code, source) {
  text.codes.push(code);
  text.sources.push(source);
}

/**
 * @param {number[]} codes
 * @param {number} place
 * @param {{length: number, text: number[] | null}} match
 */
function isBlank(codes, place, match) {
  if (match.text === null) return match.length === 1 && codes[place] === BLANK;
  return match.text.length === 1 && match.text[0] === BLANK;
}
