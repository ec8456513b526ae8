import { softmax } from "./prediction.js";
import * as scheme from "./tags.js";

/**
 * A part of a text, what it is, and the mean probability of its words' tags.
 *
 * @typedef {{text: string, start: number, end: number, label: string,
 *   score: number}} Span
 */

/** Turns scores of words into tags and entities. */
export class TagReader {
  /** @param {string[]} labels the C tags */
  constructor(labels) {
    this.labels = labels;
    this.hasEntities = scheme.areEntities(labels);
    this.allowed = scheme.allowedAfter(labels);
  }

  /**
   * The best path through the scores of all words.
   *
   * @param {string} text
   * @param {{start: number, end: number}[]} words
   * @param {(Float32Array | null)[]} logits C numbers for each word; null for a
   *   word without a token of its own, which gets what the word before it has
   * @param {Float32Array} transitions
   */
  read(text, words, logits, transitions) {
    const rows = logits.filter((row) => row !== null);
    const path = scheme.bestPath(rows, transitions);
    /** @type {string[]} */
    const tags = [];
    /** @type {number[]} */
    const scores = [];
    let step = 0;
    for (const row of logits) {
      if (row === null) {
        tags.push(this.#after(tags.at(-1)));
        scores.push(scores.at(-1) ?? 0);
      } else {
        tags.push(this.labels[path[step]]);
        scores.push(softmax(row)[path[step]]);
        step += 1;
      }
    }
    const given = this.hasEntities ? scheme.toBio(tags) : tags;
    return { tags: given, spans: this.#spans(text, words, given, scores) };
  }

  /** The tag of a word that the model does not see. @param {string} [tag] */
  #after(tag) {
    if (tag === undefined) return scheme.OUTSIDE;
    if (!this.hasEntities || tag === scheme.OUTSIDE) return tag;
    return `I-${scheme.kindOf(tag)}`;
  }

  /**
   * @param {string} text
   * @param {{start: number, end: number}[]} words
   * @param {string[]} tags
   * @param {number[]} scores
   */
  #spans(text, words, tags, scores) {
    /** @type {Span[]} */
    const spans = [];
    let first = 0;
    while (first < tags.length) {
      let end = first + 1;
      while (this.hasEntities && tags[end]?.startsWith("I-")) end += 1;
      const tag = tags[first];
      const label = this.hasEntities ? scheme.kindOf(tag) : tag;
      if (label !== null) {
        const place = { start: words[first].start, end: words[end - 1].end };
        const sum = scores.slice(first, end).reduce((a, b) => a + b, 0);
        const score = sum / (end - first);
        spans.push({
          text: text.slice(place.start, place.end),
          ...place,
          label,
          score,
        });
      }
      first = end;
    }
    return spans;
  }
}
