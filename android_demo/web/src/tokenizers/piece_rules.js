import { InvalidModelError } from "../model/invalid_model_error.js";
import { codesOf } from "../unicode/traced_text.js";

/** Of what takes the place of a character; the longest of Unicode's has 33. */
const MOST_BYTES = 1024;
const HAS_LEAF = 0x100;
const LABEL = 0x800000ff | 0;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const DAMAGED = "the rules of the SentencePiece vocabulary are damaged";

/** @typedef {{length: number, text: number[]}} Match */

/**
 * What takes the place of some characters: a double array trie over UTF-8
 * (Darts) and texts that end with a zero byte.
 */
export class PieceRules {
  /** @param {Uint8Array} rules */
  constructor(rules) {
    const view = new DataView(rules.buffer, rules.byteOffset, rules.length);
    const bytes = rules.length > 4 ? view.getInt32(0, true) : 0;
    if (rules.length > 0 && (bytes < 4 || bytes % 4 || bytes > rules.length - 5)) {
      throw new InvalidModelError(DAMAGED);
    }
    this.units = Int32Array.from({ length: bytes / 4 }, (_, place) =>
      view.getInt32(4 + 4 * place, true),
    );
    this.texts = readTexts(rules.subarray(4 + bytes));
    /** Nearly all characters begin no rule. @type {Map<number, boolean>} */
    this.begins = new Map();
  }

  /**
   * The longest rule at a place.
   *
   * @param {number[]} codes
   * @param {number} place
   * @returns {Match | null}
   */
  longest(codes, place) {
    if (this.units.length === 0 || !this.#canBegin(codes[place])) return null;
    let node = offsetOf(this.units[0]);
    let found = null;
    for (let next = place; next < codes.length; next++) {
      const step = this.#follow(node, codes[next]);
      if (step === null) break;
      node = step.node;
      if (step.text) found = { length: next + 1 - place, text: step.text };
    }
    return found;
  }

  /** @param {number} code */
  #canBegin(code) {
    let begins = this.begins.get(code);
    if (begins === undefined) {
      begins = this.#follow(offsetOf(this.units[0]), code) !== null;
      this.begins.set(code, begins);
    }
    return begins;
  }

  /** A character further in the trie. @param {number} node @param {number} code */
  #follow(node, code) {
    let hasLeaf = false;
    for (const byte of utf8(code)) {
      const place = node ^ byte;
      // Outside of the array it is undefined, which is no label.
      const unit = this.units[place];
      if (unit === undefined || (unit & LABEL) !== byte) return null;
      node = place ^ offsetOf(unit);
      hasLeaf = (unit & HAS_LEAF) !== 0;
    }
    const leaf = hasLeaf ? this.units[node] : undefined;
    if (leaf === undefined) return { node, text: undefined };
    return { node, text: this.texts.get(leaf & 0x7fffffff) };
  }
}

/** @param {number} unit */
function offsetOf(unit) {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** @param {number} code */
function utf8(code) {
  if (code < 0x80) return [code];
  const last = 0x80 | (code & 63);
  if (code < 0x800) return [0xc0 | (code >> 6), last];
  const middle = 0x80 | ((code >> 6) & 63);
  if (code < 0x10000) return [0xe0 | (code >> 12), middle, last];
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), middle, last];
}

/** By where they begin. @param {Uint8Array} bytes */
function readTexts(bytes) {
  const found = new Map();
  let begin = 0;
  for (let place = 0; place < bytes.length; place++) {
    if (bytes[place] !== 0) continue;
    if (place - begin > MOST_BYTES) {
      throw new InvalidModelError(
        "a rule of the SentencePiece vocabulary is too long",
      );
    }
    found.set(begin, codesOf(UTF8.decode(bytes.subarray(begin, place))));
    begin = place + 1;
  }
  return found;
}
