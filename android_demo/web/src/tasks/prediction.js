/**
 * What an answer took: how often the network ran, tokens of all sequences
 * without padding, and how many did not fit.
 *
 * @typedef {{sequences: number, tokens: number, truncated: number}} Effort
 */

/**
 * Every label's probability, highest first.
 *
 * @typedef {{label: string, score: number}[]} Scores
 */

/** @param {Float32Array} logits */
export function softmax(logits) {
  const highest = Math.max(...logits);
  const exponentials = Array.from(logits, (logit) =>
    Math.exp(Math.fround(logit - highest)),
  );
  const total = exponentials.reduce((sum, one) => sum + one, 0);
  return exponentials.map((one) => one / total);
}

/** @param {Float32Array} logits @param {string[]} labels @returns {Scores} */
export function ranked(logits, labels) {
  const scores = softmax(logits);
  return labels
    .map((label, place) => ({ label, score: scores[place] }))
    .sort((a, b) => b.score - a.score);
}
