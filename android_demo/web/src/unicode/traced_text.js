/** Characters (code points), and where each of them comes from in UTF-16. */
export class TracedText {
  /** @type {number[]} */
  codes = [];
  /** @type {number[]} */
  starts = [];
  /** @type {number[]} */
  ends = [];

  get size() {
    return this.codes.length;
  }

  /** @param {number} code @param {number} start @param {number} end */
  add(code, start, end) {
    this.codes.push(code);
    this.starts.push(start);
    this.ends.push(end);
  }
}

/**
 * The characters of a text that has no half surrogate pairs.
 *
 * @param {string} text
 */
export function codesOf(text) {
  return Array.from(text, (one) => /** @type {number} */ (one.codePointAt(0)));
}

/** How many UTF-16 units a character takes. @param {number} code */
export const unitsOf = (code) => (code < 0x10000 ? 1 : 2);

/**
 * The text of some characters.
 *
 * @param {number[]} codes
 */
export function textOf(codes) {
  let text = "";
  for (const code of codes) text += String.fromCodePoint(code);
  return text;
}

/**
 * The text with U+FFFD for each half of a surrogate pair.
 *
 * They stand for no character; places stay the same.
 *
 * @param {string} text
 */
export function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
