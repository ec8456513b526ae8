import { CharacterMap } from "../unicode/character_map.js";
import { unitsOf } from "../unicode/traced_text.js";
import * as unicode from "../unicode/unicode_data.js";

const BLANK = 0;
const MARK = 1;
const LETTER = 2;
const SINGLE = 3;

const kinds = new CharacterMap((code) => [kindOf(code)]);

/**
 * The words of a text, to give tags to.
 *
 * A word is a run of letters, digits and what is put on them; every other
 * character that is not blank is a word of its own, and so is each character of
 * a script that puts no blanks between words.
 *
 * @param {string} text without half surrogate pairs
 */
export function wordsOf(text) {
  /** @type {{start: number, end: number}[]} */
  const words = [];
  let begin = 0;
  let first = BLANK;
  let place = 0;
  while (place < text.length) {
    const code = /** @type {number} */ (text.codePointAt(place));
    const kind = kinds.get(code)[0];
    if (place === begin) first = kind;
    place += unitsOf(code);
    const following = text.codePointAt(place);
    const next = following === undefined ? BLANK : kinds.get(following)[0];
    if (goesOn(first, kind, next)) continue;
    if (first !== BLANK) words.push({ start: begin, end: place });
    begin = place;
  }
  return words;
}

/** @param {number} first @param {number} kind @param {number} next */
function goesOn(first, kind, next) {
  if (next !== LETTER) return next === MARK;
  return kind === LETTER || (kind === MARK && first === LETTER);
}

/** @param {number} code */
function kindOf(code) {
  if (unicode.isMark(code)) return MARK;
  if (unicode.isSpace(code) || unicode.isControl(code)) return BLANK;
  if (unicode.isUnspaced(code)) return SINGLE;
  return unicode.isLetterOrNumber(code) ? LETTER : SINGLE;
}
