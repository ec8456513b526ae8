import { order } from "../unicode/normalization.js";
import { TracedText } from "../unicode/traced_text.js";
import {
  combiningClass,
  isNonSpacingMark,
  isSpace,
} from "../unicode/unicode_data.js";

const BLANK = 0x20;
const FIRST_MARK = 0x300;

/**
 * Drops marks that take no room (category Mn).
 *
 * A dropped mark belongs to the letter before it.
 *
 * @param {TracedText} traced decomposed, but not in canonical order
 */
export function unmarked(traced) {
  const kept = new TracedText();
  let isOdd = false;
  for (let place = 0; place < traced.size; place++) {
    const code = traced.codes[place];
    if (code >= FIRST_MARK && isNonSpacingMark(code)) {
      extend(kept, traced.ends[place]);
      continue;
    }
    isOdd ||= code >= FIRST_MARK && combiningClass(code) !== 0;
    kept.add(code, traced.starts[place], traced.ends[place]);
  }
  if (isOdd) putInOrder(traced, kept);
  return kept;
}

/** @param {TracedText} kept @param {number} end */
function extend(kept, end) {
  let letter = kept.size - 1;
  // The blank behind an ideograph has the same start.
  const isBehindIdeograph =
    letter > 0 &&
    kept.codes[letter] === BLANK &&
    kept.starts[letter] === kept.starts[letter - 1];
  if (isBehindIdeograph) letter -= 1;
  if (letter >= 0 && !isSpace(kept.codes[letter])) kept.ends[letter] = end;
}

/**
 * Some marks that stay are put in order, together with those that go.
 *
 * @param {TracedText} traced
 * @param {TracedText} kept
 */
function putInOrder(traced, kept) {
  const codes = traced.codes.slice();
  order(codes);
  kept.codes = codes.filter((code) => !isNonSpacingMark(code));
}
