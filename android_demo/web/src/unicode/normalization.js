// Unicode's normal forms, in the version of the tables.
import { DECOMPOSITIONS } from "./tables.js";
import { NumberReader } from "./number_reader.js";
import { combiningClass } from "./unicode_data.js";

const FIRST_SYLLABLE = 0xac00;
const FIRST_LEAD = 0x1100;
const FIRST_VOWEL = 0x1161;
const FIRST_TRAIL = 0x11a7;
const LEADS = 19;
const VOWELS = 21;
const TRAILS = 28;
const SYLLABLES = LEADS * VOWELS * TRAILS;

// Kinds of what a character is made of.
const COMPOSED = 0;
const COMPATIBLE = 2;
const KINDS = 3;

const parts = readParts();
/** What is composed of two characters, by both as one number. */
const pairs = readPairs();
const seconds = new Set([...pairs.keys()].map((key) => key % 2 ** 21));

/**
 * NFD of one character, or NFKD if compatible.
 *
 * @param {number} code
 * @param {boolean} compatible
 * @returns {number[]}
 */
export function decompose(code, compatible) {
  const index = code - FIRST_SYLLABLE;
  if (index >= 0 && index < SYLLABLES) return decomposeSyllable(index);
  const made = parts.get(code);
  if (made === undefined || (!compatible && made.kind === COMPATIBLE)) {
    return [code];
  }
  return made.codes.flatMap((part) => decompose(part, compatible));
}

/** @param {number} index */
function decomposeSyllable(index) {
  const found = [
    FIRST_LEAD + Math.floor(index / (VOWELS * TRAILS)),
    FIRST_VOWEL + (Math.floor(index / TRAILS) % VOWELS),
  ];
  if (index % TRAILS > 0) found.push(FIRST_TRAIL + (index % TRAILS));
  return found;
}

/**
 * Sorts marks by their classes, between characters that are of class 0.
 *
 * @param {number[]} codes
 */
export function order(codes) {
  for (let place = 1; place < codes.length; place++) {
    const code = codes[place];
    const own = combiningClass(code);
    if (own === 0) continue;
    let to = place;
    while (to > 0 && combiningClass(codes[to - 1]) > own) {
      codes[to] = codes[to - 1];
      to -= 1;
    }
    codes[to] = code;
  }
}

/**
 * NFC of a few characters.
 *
 * @param {number[]} codes
 */
export function compose(codes) {
  const apart = codes.flatMap((code) => decompose(code, false));
  order(apart);
  /** @type {number[]} */
  const found = [];
  let starter = -1;
  let lastClass = -1;
  for (const code of apart) {
    const own = combiningClass(code);
    // A mark of the same or a higher class in between keeps both apart.
    const isFree = starter >= 0 && lastClass < own;
    const whole = isFree ? pairOf(found[starter], code) : undefined;
    if (whole !== undefined) {
      found[starter] = whole;
      continue;
    }
    if (own === 0) starter = found.length;
    lastClass = own === 0 ? -1 : own;
    found.push(code);
  }
  return found;
}

/**
 * Whether NFC leaves the character alone whatever is before it.
 *
 * Then what is before it can be composed without it.
 *
 * @param {number} code
 */
export function standsAlone(code) {
  if (combiningClass(code) !== 0 || seconds.has(code)) return false;
  if (code >= FIRST_VOWEL && code < FIRST_VOWEL + VOWELS) return false;
  if (code >= FIRST_TRAIL && code < FIRST_TRAIL + TRAILS) return false;
  const kind = parts.get(code)?.kind;
  return kind === undefined || kind === COMPOSED || kind === COMPATIBLE;
}

/** @param {number} first @param {number} second */
function pairOf(first, second) {
  const lead = first - FIRST_LEAD;
  const vowel = second - FIRST_VOWEL;
  if (lead >= 0 && lead < LEADS && vowel >= 0 && vowel < VOWELS) {
    return FIRST_SYLLABLE + (lead * VOWELS + vowel) * TRAILS;
  }
  const index = first - FIRST_SYLLABLE;
  const trail = second - FIRST_TRAIL;
  const isOpen = index >= 0 && index < SYLLABLES && index % TRAILS === 0;
  if (isOpen && trail > 0 && trail < TRAILS) return first + trail;
  return pairs.get(pair(first, second));
}

/** @param {number} first @param {number} second */
function pair(first, second) {
  return first * 2 ** 21 + second;
}

function readParts() {
  /** @type {Map<number, {kind: number, codes: number[]}>} */
  const found = new Map();
  const reader = new NumberReader(DECOMPOSITIONS);
  const before = new Array(32).fill(0);
  let code = 0;
  while (reader.hasNext()) {
    code += reader.next();
    const head = reader.next();
    const codes = [];
    for (let place = 0; place <= Math.floor(head / KINDS); place++) {
      before[place] += reader.nextSigned();
      codes.push(before[place]);
    }
    found.set(code, { kind: head % KINDS, codes });
  }
  return found;
}

function readPairs() {
  const found = new Map();
  for (const [code, { kind, codes }] of parts) {
    if (kind === COMPOSED) found.set(pair(codes[0], codes[1]), code);
  }
  return found;
}
