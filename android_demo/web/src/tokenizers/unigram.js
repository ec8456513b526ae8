import { InvalidModelError } from "../model/invalid_model_error.js";
import { textOf } from "../unicode/traced_text.js";
import { NONE, PieceTrie } from "./piece_trie.js";
import * as kinds from "./sentencepiece_model.js";

const UNKNOWN_PENALTY = 10;
const UTF8 = new TextEncoder();

/** @typedef {{id: number, begin: number, end: number}} Cut */

/**
 * Cuts normalized text into the pieces whose scores have the highest sum
 * (Viterbi, 1967).
 *
 * The arithmetic is that of SentencePiece 0.2.3, so that ties end alike: sums
 * are of 32 bits.
 */
export class Unigram {
  /** @param {kinds.SentencePieceModel} model */
  constructor(model) {
    const pieces = model.pieces;
    this.trie = new PieceTrie(pieces.map((piece) => piece.text));
    /** NaN for pieces that are never chosen. */
    this.scores = Float64Array.from(pieces, scoreOf);
    this.types = pieces.map((piece) => piece.type);
    /** @type {Map<string, number>} */
    this.reserved = new Map();
    this.hasBytes = model.hasByteFallback;
    /** @type {number[]} */
    this.byteIds = new Array(256).fill(NONE);
    pieces.forEach((piece, id) => this.#add(piece, id));
    this.unknownId = this.types.indexOf(kinds.UNKNOWN);
    this.#check();
    let lowest = Infinity;
    for (const { type, score } of pieces) {
      if (type === kinds.NORMAL && score < lowest) lowest = score;
    }
    this.unknownScore = Math.fround(lowest - UNKNOWN_PENALTY);
    /** User defined pieces; null if there are none. */
    this.symbols = symbolsOf(pieces);
  }

  /** @param {kinds.Piece} piece @param {number} id */
  #add(piece, id) {
    const isReserved = ![
      kinds.NORMAL,
      kinds.USER_DEFINED,
      kinds.UNUSED,
    ].includes(piece.type);
    const before = isReserved
      ? (this.reserved.get(piece.text) ?? NONE)
      : this.trie.put(piece.text, id);
    if (before !== NONE) {
      throw new InvalidModelError(
        `the SentencePiece vocabulary has the piece "${piece.text}" twice`,
      );
    }
    if (isReserved) this.reserved.set(piece.text, id);
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece.text);
    if (piece.type === kinds.BYTE && byte) {
      this.byteIds[parseInt(byte[1], 16)] = id;
    }
  }

  #check() {
    if (this.types.filter((type) => type === kinds.UNKNOWN).length !== 1) {
      throw new InvalidModelError(
        "the SentencePiece vocabulary must have one piece for what is unknown",
      );
    }
    if (this.hasBytes && this.byteIds.includes(NONE)) {
      throw new InvalidModelError(
        "the SentencePiece vocabulary must have pieces for all 256 bytes or " +
          "for none",
      );
    }
  }

  /** The id of a piece, or of the unknown one. @param {string} piece */
  idOf(piece) {
    const id = this.reserved.get(piece) ?? this.trie.find(piece);
    return id === NONE ? this.unknownId : id;
  }

  /** Whether a piece stands for a byte. @param {number} id */
  isByte(id) {
    return this.types[id] === kinds.BYTE;
  }

  /**
   * The pieces of a text and where they are.
   *
   * What follows each other and is unknown is one piece; or its bytes are, each
   * of which has the place of its character.
   *
   * @param {number[]} codes
   */
  cut(codes) {
    /** @type {Cut[]} */
    const pieces = [];
    for (const { id, begin, end } of this.#findPath(codes)) {
      const last = pieces.at(-1);
      if (id !== this.unknownId) {
        pieces.push({ id, begin, end });
      } else if (this.hasBytes) {
        for (const byte of UTF8.encode(textOf([codes[begin]]))) {
          pieces.push({ id: this.byteIds[byte], begin, end: begin + 1 });
        }
      } else if (last?.id === id) {
        last.end = end;
      } else {
        pieces.push({ id, begin, end });
      }
    }
    return pieces;
  }

  /** @param {number[]} codes */
  #findPath(codes) {
    const size = codes.length + 1;
    const path = {
      best: new Float32Array(size),
      begins: new Int32Array(size).fill(-1),
      ids: new Int32Array(size),
    };
    for (let begin = 0; begin < codes.length; begin++) {
      this.#extend(codes, begin, path);
    }
    /** @type {Cut[]} */
    const found = [];
    for (let end = codes.length; end > 0; end = path.begins[end]) {
      found.push({ id: path.ids[end], begin: path.begins[end], end });
    }
    return found.reverse();
  }

  /**
   * @param {number[]} codes
   * @param {number} begin
   * @param {{best: Float32Array, begins: Int32Array, ids: Int32Array}} path
   */
  #extend(codes, begin, path) {
    let node = this.trie.root;
    let hasSingle = false;
    for (let end = begin + 1; end <= codes.length; end++) {
      node = this.trie.step(node, codes[end - 1]);
      if (node === NONE) break;
      const id = this.trie.value(node);
      if (id === NONE || Number.isNaN(this.scores[id])) continue;
      reach(path, begin, end, id, this.scores[id]);
      if (end === begin + 1) hasSingle = true;
    }
    if (hasSingle) return;
    reach(path, begin, begin + 1, this.unknownId, this.unknownScore);
  }
}

/**
 * @param {{best: Float32Array, begins: Int32Array, ids: Int32Array}} path
 * @param {number} begin
 * @param {number} end
 * @param {number} id
 * @param {number} score
 */
function reach({ best, begins, ids }, begin, end, id, score) {
  const sum = Math.fround(score + best[begin]);
  if (begins[end] >= 0 && sum <= best[end]) return;
  best[end] = sum;
  begins[end] = begin;
  ids[end] = id;
}

/** @param {kinds.Piece} piece */
function scoreOf({ type, text, score }) {
  if (type === kinds.UNUSED) return NaN;
  if (type !== kinds.USER_DEFINED) return score;
  // Chosen before others, and the longer the better.
  return 0.1 * (UTF8.encode(text).length - 1);
}

/** @param {kinds.Piece[]} pieces */
function symbolsOf(pieces) {
  const own = pieces.filter((piece) => piece.type === kinds.USER_DEFINED);
  if (own.length === 0) return null;
  const symbols = new PieceTrie(own.map((piece) => piece.text));
  for (const piece of own) symbols.put(piece.text, pieces.indexOf(piece));
  return symbols;
}
