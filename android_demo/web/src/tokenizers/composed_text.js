import { compose, standsAlone } from "../unicode/normalization.js";
import { TracedText } from "../unicode/traced_text.js";
import { combiningClass } from "../unicode/unicode_data.js";

/**
 * NFC of a text; what is composed of several characters has the span of all.
 *
 * @param {TracedText} traced
 */
export function composed(traced) {
  const found = new TracedText();
  let first = 0;
  for (let place = 1; place <= traced.size; place++) {
    if (place < traced.size && !beginsAnew(traced, first, place)) continue;
    add(traced, first, place, found);
    first = place;
  }
  return found;
}

/**
 * @param {TracedText} traced
 * @param {number} first
 * @param {number} end
 * @param {TracedText} found
 */
function add(traced, first, end, found) {
  const codes = compose(traced.codes.slice(first, end));
  const isOneEach = codes.length === end - first;
  codes.forEach((code, index) => {
    const from = isOneEach ? first + index : first;
    const to = isOneEach ? first + index : end - 1;
    found.add(code, traced.starts[from], traced.ends[to]);
  });
}

/**
 * Whether the character at a place composes with nothing from `first` on.
 *
 * @param {TracedText} traced
 * @param {number} first
 * @param {number} place
 */
function beginsAnew(traced, first, place) {
  const code = traced.codes[place];
  if (standsAlone(code)) return true;
  if (combiningClass(code) !== 0) return false;
  const before = compose(traced.codes.slice(first, place));
  const both = compose(traced.codes.slice(first, place + 1));
  return `${both}` === `${[...before, ...compose([code])]}`;
}
