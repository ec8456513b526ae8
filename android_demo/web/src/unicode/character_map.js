/**
 * What becomes of each character by some rule, remembered 256 at a time.
 *
 * The rule is asked about a page of characters when the first of them comes
 * along; afterwards a character costs two array reads.
 */
export class CharacterMap {
  /** @param {(code: number) => number[]} rule what takes a character's place */
  constructor(rule) {
    this.rule = rule;
    /** @type {number[][][]} */
    this.pages = [];
  }

  /** @param {number} code */
  get(code) {
    const page = (this.pages[code >> 8] ??= this.#make(code >> 8));
    return page[code & 255];
  }

  /** @param {number} number */
  #make(number) {
    return Array.from({ length: 256 }, (_, place) =>
      this.rule((number << 8) | place),
    );
  }
}
