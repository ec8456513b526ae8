// What Unicode says of single characters, in the version that the models were
// trained with. Not asked of the browser, whose tables differ by version, and
// with them the tokens. Looking up takes a search, so whoever asks for each
// character of texts remembers the answers in a CharacterMap.
import { COMBINING, LOWER, PROPERTIES, SIGMA_KINDS } from "./tables.js";
import { NumberReader } from "./number_reader.js";
import { Runs } from "./runs.js";

export const LAST_CODE = 0x10ffff;

// The order of `CATEGORIES` in unicode_tables.py.
const [CN, CC, CF, CS, LL, LU, MC, MN, ND, NO, PC, PS, ZS] = [
  0, 1, 2, 4, 5, 9, 10, 12, 13, 15, 16, 22, 29,
];
const CATEGORY = 31;
const SPACE = 32;
const UNSPACED = 64;
const DIGIT = 128;

const properties = new Runs(PROPERTIES);
const combining = new Runs(COMBINING);
const sigmaKinds = new Runs(SIGMA_KINDS);
const lower = readLower();

/** @param {number} code */
const category = (code) => properties.get(code) & CATEGORY;
/** @param {number} code @param {number} first @param {number} last */
const isWithin = (code, first, last) =>
  category(code) >= first && category(code) <= last;

/** Python's `str.isspace`. @param {number} code */
export const isSpace = (code) => (properties.get(code) & SPACE) !== 0;

/** Python's `str.isdigit`. @param {number} code */
export const isDigit = (code) => (properties.get(code) & DIGIT) !== 0;

/** Of a script that puts no blanks between words. @param {number} code */
export const isUnspaced = (code) => (properties.get(code) & UNSPACED) !== 0;

/** A blank that is no control character (Zs). @param {number} code */
export const isBlank = (code) => category(code) === ZS;

/** A control or format character (Cc, Cf). @param {number} code */
export const isControl = (code) => isWithin(code, CC, CF);

/** Control, format, private, half a pair, or not assigned. @param {number} code */
export const isOther = (code) => isWithin(code, CN, CS);

/** Of category L or N. @param {number} code */
export const isLetterOrNumber = (code) =>
  isWithin(code, LL, LU) || isWithin(code, ND, NO);

/** Of category M. @param {number} code */
export const isMark = (code) => isWithin(code, MC, MN);

/** A mark that takes no room (Mn). @param {number} code */
export const isNonSpacingMark = (code) => category(code) === MN;

/** Of category P. @param {number} code */
export const isPunctuation = (code) => isWithin(code, PC, PS);

/** The canonical combining class; 0 for what begins anew. @param {number} code */
export const combiningClass = (code) => combining.get(code);

/** Whether a capital sigma beside it looks at it. @param {number} code */
export const sigmaKind = (code) => sigmaKinds.get(code);

/**
 * In lower case; two characters for a capital I with a dot, else one.
 *
 * @param {number} code
 */
export const toLower = (code) => lower.get(code) ?? [code];

function readLower() {
  const letters = new Map([[0x130, [0x69, 0x307]]]);
  const reader = new NumberReader(LOWER);
  let code = 0;
  while (reader.hasNext()) {
    code += reader.next();
    letters.set(code, [code + reader.nextSigned()]);
  }
  return letters;
}
