// ALBERT's text clean-up, `preprocess_text` in the official tokenization.py.
//
// Runs of white space become one blank, compatibility characters are decomposed
// (NFKD), combining marks are dropped, then letters lower-cased; all but what
// the settings leave out. A dropped mark belongs to the character before it.
import { CharacterMap } from "../unicode/character_map.js";
import * as sigma from "../unicode/final_sigma.js";
import { decompose } from "../unicode/normalization.js";
import { TracedText, unitsOf } from "../unicode/traced_text.js";
import {
  LAST_CODE,
  combiningClass,
  isSpace,
  toLower,
} from "../unicode/unicode_data.js";

const SPACE = 0x20;
const QUOTE = 0x22;
const BLANK = LAST_CODE + 1;
const MARK = LAST_CODE + 2;

export class CleanText {
  /** @param {import("./tokenizer_settings.js").Settings} settings */
  constructor(settings) {
    this.settings = settings;
    this.strips = settings.stripAccents !== false;
    this.map = new CharacterMap((code) => this.#become(code));
  }

  /** @param {string} text */
  clean(text) {
    const cleaned = new TracedText();
    let blankStart = -1;
    let hasWord = false; // even one of which nothing is left
    let end = 0;
    while (end < text.length) {
      const start = end;
      const code = /** @type {number} */ (text.codePointAt(start));
      end += unitsOf(code);
      const row = this.map.get(code);
      if (row[0] === BLANK) {
        if (blankStart < 0) blankStart = start;
        continue;
      }
      if (blankStart >= 0 && hasWord) cleaned.add(SPACE, blankStart, start);
      blankStart = -1;
      hasWord = true;
      if (this.#isQuote(text, code, end)) {
        end += 1;
        cleaned.add(QUOTE, start, end);
      } else {
        addRow(row, start, end, cleaned);
      }
    }
    if (this.settings.lowercase && cleaned.codes.includes(sigma.CAPITAL)) {
      sigma.applyFinalSigma(cleaned.codes);
    }
    return cleaned;
  }

  /**
   * Hugging Face's rule for quotes of LaTeX.
   *
   * @param {string} text
   * @param {number} code
   * @param {number} next
   */
  #isQuote(text, code, next) {
    return (
      this.settings.followsTransformers &&
      (code === 0x60 || code === 0x27) &&
      text.charCodeAt(next) === code
    );
  }

  /**
   * What becomes of a character; a capital sigma stays until all its
   * neighbours are known.
   *
   * @param {number} code
   */
  #become(code) {
    if (this.settings.collapseSpaces && isSpace(code)) return [BLANK];
    const parts = this.strips ? decompose(code, true) : [code];
    const found = [];
    for (const part of parts) {
      if (this.strips && combiningClass(part) !== 0) {
        // Behind a character of the same source there is nothing to extend.
        if (found.length === 0) found.push(MARK);
      } else {
        found.push(...this.#lower(part, code));
      }
    }
    return found;
  }

  /** @param {number} part @param {number} whole */
  #lower(part, whole) {
    if (!this.settings.lowercase) return [part];
    if (part !== sigma.CAPITAL) return toLower(part);
    const isPlain = this.settings.followsTransformers && whole === part;
    return [isPlain ? sigma.SMALL : part];
  }
}

/**
 * @param {number[]} row
 * @param {number} start
 * @param {number} end
 * @param {TracedText} cleaned
 */
function addRow(row, start, end, cleaned) {
  for (const code of row) {
    if (code !== MARK) cleaned.add(code, start, end);
    else if (cleaned.size > 0) cleaned.ends[cleaned.size - 1] = end;
  }
}
