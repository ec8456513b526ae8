// Schemes of tags for entities, all read as one: BIO. There `B-X` begins an
// entity of the kind X, `I-X` goes on with it and `O` is of none.

export const OUTSIDE = "O";
const BEGINS = "BSU"; // S and U: an entity of one word
const INSIDE = "IMEL"; // E and L: its last word
const ENDS = "ELSU";
/** A score so low that it never is. */
const NEVER = Math.fround(-1e9);

/** "PER" of "B-PER"; null of "O". @param {string} tag */
export function kindOf(tag) {
  return tag === OUTSIDE ? null : tag.slice(2);
}

/** Whether tags are of entities, not a class a word. @param {string[]} tags */
export function areEntities(tags) {
  const others = tags.filter((tag) => tag !== OUTSIDE);
  return others.length > 0 && others.every(isMarked);
}

/** @param {string} tag */
function isMarked(tag) {
  const isLong = tag.length > 2 && "-_".includes(tag[1]);
  return isLong && (BEGINS + INSIDE).includes(tag[0]);
}

/** BIO of tags in BIO, IOB1, BIOES, BILOU or BMES. @param {string[]} tags */
export function toBio(tags) {
  /** @type {string | null} */
  let open = null;
  return tags.map((tag) => {
    const kind = kindOf(tag);
    const begins = BEGINS.includes(tag[0]) || kind !== open;
    open = ENDS.includes(tag[0]) ? null : kind;
    if (kind === null) return OUTSIDE;
    return `${begins ? "B" : "I"}-${kind}`;
  });
}

/**
 * What BIO allows, as scores to add: 0, or so low that it never is.
 *
 * Of a kind that has no `B-` nothing is asked, as in models of others.
 *
 * @param {string[]} labels
 * @returns {Float32Array} [C + 1, C], flattened: from the tag of the row to
 *   that of the column; the last row is of the beginning
 */
export function allowedAfter(labels) {
  const size = labels.length;
  const scores = new Float32Array((size + 1) * size);
  if (!areEntities(labels)) return scores;
  labels.forEach((tag, to) => {
    const begin = `B-${kindOf(tag)}`;
    if (!tag.startsWith("I-") || !labels.includes(begin)) return;
    for (let from = 0; from <= size; from++) {
      if (labels[from] === tag || labels[from] === begin) continue;
      scores[from * size + to] = NEVER;
    }
  });
  return scores;
}

/**
 * The sequence of tags with the highest sum of scores (Viterbi, 1967).
 *
 * Sums are of 32 bits, as in Python.
 *
 * @param {Float32Array[]} scores of each of C tags at each word
 * @param {Float32Array} transitions see `allowedAfter`
 * @returns {number[]} the tag of each word
 */
export function bestPath(scores, transitions) {
  if (scores.length === 0) return [];
  const size = scores[0].length;
  let best = scores[0].map((score, tag) => score + transitions[size * size + tag]);
  /** @type {Int32Array[]} */
  const cameFrom = [];
  for (const row of scores.slice(1)) {
    const next = new Float32Array(size);
    const from = new Int32Array(size);
    for (let to = 0; to < size; to++) {
      let highest = -Infinity;
      for (let tag = 0; tag < size; tag++) {
        const sum = Math.fround(best[tag] + transitions[tag * size + to]);
        if (tag > 0 && sum <= highest) continue;
        highest = sum;
        from[to] = tag;
      }
      next[to] = highest + row[to];
    }
    cameFrom.push(from);
    best = next;
  }
  const path = [best.indexOf(Math.max(...best))];
  for (const from of cameFrom.reverse()) path.unshift(from[path[0]]);
  return path;
}
