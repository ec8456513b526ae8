import { NumberReader } from "./number_reader.js";

/** A number for each character, stored as runs that have the same one. */
export class Runs {
  /** @param {string} text of a table */
  constructor(text) {
    const reader = new NumberReader(text);
    const palette = Array.from({ length: reader.next() }, () => reader.next());
    this.starts = [];
    this.values = [];
    let code = 0;
    while (reader.hasNext()) {
      this.starts.push(code);
      code += reader.next();
      this.values.push(palette[reader.next()]);
    }
  }

  /** @param {number} code */
  get(code) {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= code) low = middle;
      else high = middle - 1;
    }
    return this.values[low];
  }
}
