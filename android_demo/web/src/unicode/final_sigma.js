// The rule of the Greek capital sigma, whose small letter depends on its
// neighbours: it is a final one behind a cased letter if none follows, whatever
// case-ignorable characters are between, as in Python's `str.lower`.
import { sigmaKind } from "./unicode_data.js";

export const CAPITAL = 0x3a3;
export const SMALL = 0x3c3;
const FINAL = 0x3c2;
const CASED = 1;
const IGNORABLE = 2;

/**
 * Writes small letters for the capital ones.
 *
 * @param {number[]} codes a text in lower case but for capital sigmas
 */
export function applyFinalSigma(codes) {
  // To the right is what the text was, to the left what it became: both are
  // cased alike.
  let isBehindCased = false;
  for (let place = 0; place < codes.length; place++) {
    if (codes[place] === CAPITAL) {
      const isFinal = isBehindCased && !isBeforeCased(codes, place);
      codes[place] = isFinal ? FINAL : SMALL;
    }
    const kind = sigmaKind(codes[place]);
    if (kind !== IGNORABLE) isBehindCased = kind === CASED;
  }
}

/** @param {number[]} codes @param {number} place */
function isBeforeCased(codes, place) {
  for (let next = place + 1; next < codes.length; next++) {
    const kind = sigmaKind(codes[next]);
    if (kind !== IGNORABLE) return kind === CASED;
  }
  return false;
}
