import { codesOf } from "../unicode/traced_text.js";

export const NONE = -1;
const FREE = -1;

/**
 * Pieces by their beginnings: from a node one character leads to the next.
 *
 * A hash table of (node, character), so that its size follows from the number
 * of nodes alone, whatever the pieces are.
 */
export class PieceTrie {
  /** @param {string[]} pieces all that will be put into it */
  constructor(pieces) {
    let size = 16;
    // At most two thirds of the slots are taken.
    while (2 * size < 3 * countNodes(pieces)) size *= 2;
    this.mask = size - 1;
    this.nodes = new Int32Array(size).fill(FREE);
    this.codes = new Int32Array(size);
    this.values = new Int32Array(size).fill(NONE);
    /** Where every piece begins. */
    this.root = size;
  }

  /**
   * The node behind a character; NONE if no piece goes on with it.
   *
   * @param {number} node
   * @param {number} code
   */
  step(node, code) {
    const slot = this.#slot(node, code);
    return this.nodes[slot] === FREE ? NONE : slot;
  }

  /** The number of the piece that ends at a node. @param {number} node */
  value(node) {
    return this.values[node];
  }

  /**
   * Gives a piece a number instead of the one it may have, which is returned.
   *
   * @param {string} piece
   * @param {number} value
   */
  put(piece, value) {
    let node = this.root;
    for (const code of codesOf(piece)) {
      const slot = this.#slot(node, code);
      this.nodes[slot] = node;
      this.codes[slot] = code;
      node = slot;
    }
    const before = this.values[node];
    this.values[node] = value;
    return before;
  }

  /** The node behind some text, or NONE. @param {string} beginning */
  nodeOf(beginning) {
    let node = this.root;
    for (const code of codesOf(beginning)) {
      node = this.step(node, code);
      if (node === NONE) return NONE;
    }
    return node;
  }

  /** The number of a piece that is not empty, or NONE. @param {string} piece */
  find(piece) {
    const node = this.nodeOf(piece);
    return node === NONE ? NONE : this.values[node];
  }

  /** @param {number} node @param {number} code */
  #slot(node, code) {
    const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & this.mask;
    while (this.nodes[slot] !== FREE) {
      if (this.nodes[slot] === node && this.codes[slot] === code) break;
      slot = (slot + 1) & this.mask;
    }
    return slot;
  }
}

/** How many different beginnings pieces have, at most. @param {string[]} pieces */
function countNodes(pieces) {
  let nodes = 0;
  let before = "";
  for (const piece of pieces.slice().sort()) {
    let shared = 0;
    while (shared < piece.length && piece[shared] === before[shared]) shared++;
    nodes += piece.length - shared;
    before = piece;
  }
  return nodes;
}
