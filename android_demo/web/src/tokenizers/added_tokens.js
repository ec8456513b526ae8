import * as sigma from "../unicode/final_sigma.js";
import { codesOf, textOf } from "../unicode/traced_text.js";
import { isSpace, toLower } from "../unicode/unicode_data.js";

/** @typedef {import("./tokenizer_settings.js").AddedToken} AddedToken */
/** @typedef {{start: number, end: number, token: AddedToken | null}} Part */

/** Cuts texts at added tokens, as Hugging Face's slow tokenizers do. */
export class AddedTokens {
  /**
   * @param {AddedToken[]} tokens of several at one place, the longest counts
   * @param {boolean} lowercase whether the tokenizer lower-cases text
   */
  constructor(tokens, lowercase) {
    this.lowercase = lowercase;
    const unique = new Map(tokens.map((token) => [token.content, token]));
    this.tokens = [...unique.values()].sort(
      (a, b) => codesOf(b.content).length - codesOf(a.content).length,
    );
    // Lower-casing leaves them alone where they are written so.
    this.kept = tokens.filter((token) => token.special || token.normalized);
  }

  /**
   * Cuts a text; what is between added tokens is cut by the tokenizer.
   *
   * @param {string} text
   * @param {import("./tokenizer.js").Token[]} found
   * @param {import("./tokenizer.js").Tokenizer} tokenizer
   */
  split(text, found, tokenizer) {
    for (const { start, end, token } of this.#cut(text)) {
      if (start >= end) continue;
      if (token === null) {
        tokenizer.split(text.slice(start, end), start, found);
      } else {
        found.push({ id: /** @type {number} */ (token.id), start, end });
      }
    }
  }

  /** @param {string} text */
  #cut(text) {
    /** @type {Part[]} */
    const parts = [];
    const cased = this.#withCase(text);
    let end = 0;
    let place = 0;
    while (place < cased.length) {
      const token = matchAt(this.tokens, cased, place);
      if (token === null) {
        place += 1;
        continue;
      }
      if (end < place) parts.push({ start: end, end: place, token: null });
      end = place + token.content.length;
      parts.push({ start: place, end, token });
      place = end;
    }
    if (end < text.length || parts.length === 0) {
      parts.push({ start: end, end: text.length, token: null });
    }
    strip(parts, text);
    return parts;
  }

  /**
   * The text in lower case, but for tokens that keep their own.
   *
   * Letter by letter, so that the places stay: no final sigma, and a capital I
   * with a dot, which would become two, stays what it is.
   *
   * @param {string} text
   */
  #withCase(text) {
    if (!this.lowercase) return text;
    const lower = codesOf(text).map((code) => {
      if (code === sigma.CAPITAL) return sigma.SMALL;
      const small = toLower(code);
      return small.length === 1 ? small[0] : code;
    });
    let cased = textOf(lower);
    for (let place = 0; place < cased.length; place++) {
      const content = matchAt(this.kept, text, place)?.content;
      if (!content) continue;
      const end = place + content.length;
      cased = cased.slice(0, place) + content + cased.slice(end);
      place = end - 1;
    }
    return cased;
  }
}

/** @param {AddedToken[]} tokens @param {string} text @param {number} place */
function matchAt(tokens, text, place) {
  return tokens.find(({ content }) => text.startsWith(content, place)) ?? null;
}

/**
 * Gives white space to tokens, and tokens within words to the text.
 *
 * @param {Part[]} parts
 * @param {string} text
 */
function strip(parts, text) {
  parts.forEach((part, index) => {
    const token = part.token;
    if (token === null) return;
    const left = parts[index - 1] ?? { start: 0, end: 0, token: null };
    const right = parts[index + 1] ?? { start: 0, end: 0, token: null };
    const before = text.slice(left.start, left.end);
    const after = text.slice(right.start, right.end);
    if (token.rstrip) right.start += spacesAtStart([...after]);
    if (token.lstrip) left.end -= spacesAtStart([...before].reverse());
    if (!token.singleWord) return;
    if (before !== "" && !before.endsWith(" ")) {
      left.end = part.end;
      left.token = null;
      part.start = part.end;
    } else if (after !== "" && !after.startsWith(" ")) {
      right.start = part.start;
      right.token = null;
      part.end = part.start;
    } else {
      return;
    }
    part.token = null;
  });
}

/** @param {string[]} letters */
function spacesAtStart(letters) {
  const first = letters.findIndex((one) => !isSpace(one.charCodeAt(0)));
  return first < 0 ? letters.length : first;
}
