import { Sequence } from "../tokenizers/sequence.js";

const OVERLAP = 4; // a quarter of a window is in the next one too

/** @typedef {{begin: number, end: number, sequence: Sequence}} Window */
/** @typedef {import("../model/text_model.js").Outputs} Outputs */

/** A text and its words in one sequence, or in several that overlap. */
export class TagWindows {
  /**
   * @param {import("../model/text_model.js").TextModel} model
   * @param {string} text without half surrogate pairs
   * @param {{start: number, end: number}[]} words
   */
  constructor(model, text, words) {
    this.model = model;
    this.words = words;
    this.tokens = model.tokenizer.cut(text);
    this.firstTokens = this.#firstTokens();
    this.windows = this.#windows();
    const tokens = this.windows.reduce((n, one) => n + one.sequence.length, 0);
    this.effort = { sequences: this.windows.length, tokens, truncated: 0 };
  }

  /**
   * Runs all windows.
   *
   * A word that is in two windows is read where more is around it.
   *
   * @param {number} size how many numbers "logits" has for each token
   * @param {(outputs: Outputs) => void} look sees all outputs of each window
   * @returns {Promise<(Float32Array | null)[]>} the numbers of each word's first
   *   token; null for words without a token of their own
   */
  async run(size, look) {
    /** @type {(Float32Array | null)[]} */
    const found = this.words.map(() => null);
    const room = this.words.map(() => -1);
    for (const { begin, end, sequence } of this.windows) {
      const outputs = await this.model.run(sequence);
      look(outputs);
      const logits = outputs.perToken("logits", size);
      this.firstTokens.forEach((token, word) => {
        if (token < begin || token >= end) return;
        const place = token - begin + 1; // behind [CLS]
        const around = Math.min(place, sequence.length - 1 - place);
        if (around <= room[word]) return;
        room[word] = around;
        found[word] = logits.slice(place * size, (place + 1) * size);
      });
    }
    return found;
  }

  #windows() {
    const room = this.model.maxLength - 2;
    const step = room - Math.floor(room / OVERLAP);
    /** @type {Window[]} */
    const found = [];
    for (let begin = 0; ; begin += step) {
      const end = Math.min(begin + room, this.tokens.length);
      const tokens = this.tokens.slice(begin, end);
      const sequence = new Sequence(this.model.tokenizer, tokens);
      found.push({ begin, end, sequence });
      if (end === this.tokens.length) return found;
    }
  }

  /**
   * The token that each word begins in; -1 for none of its own.
   *
   * None of its own has a word whose first character is within the token of an
   * earlier word, and one that the tokenizer leaves out.
   */
  #firstTokens() {
    let token = 0;
    let last = -1;
    return this.words.map(({ start, end }) => {
      while (this.tokens[token]?.end <= start) token += 1;
      const isOwn = this.tokens[token]?.start < end && token > last;
      if (!isOwn) return -1;
      last = token;
      return token;
    });
  }
}
