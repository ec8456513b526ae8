/** @typedef {import("./tokenizer.js").Token} Token */

/** One sequence with its special tokens, without padding. */
export class Sequence {
  /**
   * @param {{clsId: number, sepId: number}} tokenizer
   * @param {Token[]} first
   * @param {Token[]} second of none, there is no second segment
   * @param {number} truncated how many tokens did not fit
   */
  constructor(tokenizer, first, second = [], truncated = 0) {
    const cls = { id: tokenizer.clsId, start: 0, end: 0 };
    const sep = { id: tokenizer.sepId, start: 0, end: 0 };
    const tokens = [cls, ...first, sep];
    if (second.length > 0) tokens.push(...second, sep);
    this.tokenIds = tokens.map((token) => token.id);
    this.segmentIds = tokens.map((_, place) => Number(place > first.length + 1));
    /** Where each token begins in its text, in UTF-16 units. */
    this.starts = tokens.map((token) => token.start);
    /** Where it ends, exclusive. */
    this.ends = tokens.map((token) => token.end);
    this.truncated = truncated;
  }

  get length() {
    return this.tokenIds.length;
  }
}
