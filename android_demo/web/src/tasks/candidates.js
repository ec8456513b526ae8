/** Of candidates, as in the official code. */
export const MOST = 20;

/**
 * Some words of a context, or none: then "" at -1. The score is the
 * probability, among the candidates.
 *
 * @typedef {{text: string, start: number, end: number, score: number}} Answer
 */

/** @typedef {{start: number, end: number, score: number}} Place */

/** The best answers in the windows of one context. */
export class Candidates {
  /**
   * @param {string} context
   * @param {boolean} hasOdds whether the model says by a logit of its own that
   *   there is no answer: no answer then has the probability that this logit
   *   says, and the logit is what the threshold is for
   */
  constructor(context, hasOdds) {
    this.context = context;
    this.hasOdds = hasOdds;
    /** @type {Map<string, Place>} */
    this.places = new Map();
    this.none = Infinity;
  }

  /**
   * Takes some words; of the same in several windows the highest score counts.
   *
   * @param {number} start
   * @param {number} end
   * @param {number} score
   */
  add(start, end, score) {
    const place = this.places.get(`${start} ${end}`);
    if (place) place.score = Math.max(place.score, score);
    else this.places.set(`${start} ${end}`, { start, end, score });
  }

  /**
   * Takes what no answer scores; the lowest counts, as one window only needs to
   * have it.
   *
   * @param {number} score
   */
  addNone(score) {
    this.none = Math.min(this.none, score);
  }

  /**
   * The best words of all windows.
   *
   * @param {number | null} threshold how much better no answer must score to be
   *   given; null if there is always an answer
   */
  answer(threshold) {
    const places = [...this.places.values()].sort(byScore).slice(0, MOST);
    const against = places.length > 0 ? this.none - places[0].score : 0;
    const noAnswer = this.hasOdds ? this.none : against;
    if (threshold !== null || places.length === 0) {
      const odds = this.hasOdds ? sumOfLogs(places) : 0;
      places.push({ start: -1, end: -1, score: this.none + odds });
      places.sort(byScore);
    }
    const candidates = this.#answers(places);
    const words = candidates.find((one) => one.text !== "") ?? candidates[0];
    const nothing = candidates.find((one) => one.text === "");
    const isNone = threshold !== null && noAnswer > threshold;
    return { best: isNone && nothing ? nothing : words, words, noAnswer, candidates };
  }

  /** @param {Place[]} places @returns {Answer[]} */
  #answers(places) {
    const exponentials = places.map((one) => Math.exp(one.score - places[0].score));
    const total = exponentials.reduce((sum, one) => sum + one, 0);
    return places.map(({ start, end }, place) => ({
      text: start < 0 ? "" : this.context.slice(start, end),
      start,
      end,
      score: exponentials[place] / total,
    }));
  }
}

/** @param {Place} a @param {Place} b */
function byScore(a, b) {
  return b.score - a.score;
}

/** @param {Place[]} places */
function sumOfLogs(places) {
  if (places.length === 0) return 0;
  const highest = places[0].score;
  const sum = places.reduce((n, one) => n + Math.exp(one.score - highest), 0);
  return highest + Math.log(sum);
}
