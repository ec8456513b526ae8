// BERT's text clean-up, `BasicTokenizer` in the official tokenization.py.
//
// Control characters go, ideographs and punctuation marks become words, letters
// are lower-cased and lose their accents; all but what the settings leave out.
import { CharacterMap } from "../unicode/character_map.js";
import * as sigma from "../unicode/final_sigma.js";
import { decompose } from "../unicode/normalization.js";
import { TracedText, codesOf, unitsOf } from "../unicode/traced_text.js";
import * as unicode from "../unicode/unicode_data.js";
import { composed } from "./composed_text.js";
import { unmarked } from "./unmarked_text.js";

const BLANK = 0x20;
const REPLACEMENT = 0xfffd;
const LINES = new Set(codesOf("\t\n\r"));
/** Python's `string.punctuation`. */
const MARKS = new Set(codesOf("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"));
const IDEOGRAPHS = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b820, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

export class BasicText {
  /**
   * @param {import("./tokenizer_settings.js").Settings} settings
   * @param {boolean} strips whether accents are dropped
   */
  constructor(settings, strips) {
    this.settings = settings;
    this.strips = strips;
    this.before = new CharacterMap((code) => this.#clean(code));
    this.apart = new CharacterMap((code) => decompose(code, false));
    this.last = new CharacterMap(part);
    this.small = new CharacterMap((code) =>
      // Left until all its neighbours are known.
      code === sigma.CAPITAL ? [code] : unicode.toLower(code),
    );
  }

  /** The words of a text, with one blank between them. @param {string} text */
  clean(text) {
    let traced = this.#firstHalf(text);
    // Where marks are taken apart and dropped later, nothing but places changes.
    const composes = this.settings.followsTransformers && !this.strips;
    if (composes) traced = composed(traced);
    if (this.settings.lowercase) {
      traced = mapped(traced, this.small);
      if (traced.codes.includes(sigma.CAPITAL)) {
        sigma.applyFinalSigma(traced.codes);
      }
    }
    if (this.strips) traced = unmarked(mapped(traced, this.apart));
    return words(mapped(traced, this.last));
  }

  /** @param {string} text */
  #firstHalf(text) {
    const traced = new TracedText();
    let end = 0;
    while (end < text.length) {
      const start = end;
      const code = /** @type {number} */ (text.codePointAt(start));
      end += unitsOf(code);
      for (const item of this.before.get(code)) traced.add(item, start, end);
    }
    return traced;
  }

  /** What becomes of each character first. @param {number} code */
  #clean(code) {
    const { followsTransformers, lowercase } = this.settings;
    // There, letter by letter at first.
    if (!followsTransformers || !lowercase) return this.#cleanCased(code);
    if (code === sigma.CAPITAL) return this.#cleanCased(sigma.SMALL);
    return unicode.toLower(code).flatMap((one) => this.#cleanCased(one));
  }

  /** @param {number} code */
  #cleanCased(code) {
    if (LINES.has(code) || unicode.isBlank(code)) return [BLANK];
    const { followsTransformers, splitIdeographs } = this.settings;
    const isControl = followsTransformers
      ? unicode.isOther(code)
      : unicode.isControl(code);
    if (code === 0 || code === REPLACEMENT || isControl) return [];
    const isIdeograph = IDEOGRAPHS.some(([a, b]) => a <= code && code <= b);
    return splitIdeographs && isIdeograph ? [BLANK, code, BLANK] : [code];
  }
}

/**
 * Punctuation marks get blanks around them; all white space is a blank.
 *
 * @param {number} code
 */
function part(code) {
  if (unicode.isSpace(code)) return [BLANK];
  if (!MARKS.has(code) && !unicode.isPunctuation(code)) return [code];
  return [BLANK, code, BLANK];
}

/** @param {TracedText} traced @param {CharacterMap} map */
function mapped(traced, map) {
  const found = new TracedText();
  for (let place = 0; place < traced.size; place++) {
    for (const code of map.get(traced.codes[place])) {
      found.add(code, traced.starts[place], traced.ends[place]);
    }
  }
  return found;
}

/** @param {TracedText} traced */
function words(traced) {
  const found = new TracedText();
  let isBetween = false;
  for (let place = 0; place < traced.size; place++) {
    if (traced.codes[place] === BLANK) {
      isBetween = found.size > 0;
      continue;
    }
    const start = traced.starts[place];
    if (isBetween) found.add(BLANK, found.ends[found.size - 1], start);
    isBetween = false;
    found.add(traced.codes[place], start, traced.ends[place]);
  }
  return found;
}
