const DIGITS =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-";

/** Reads the numbers of the tables: five bits a letter; the sixth: more follow. */
export class NumberReader {
  /** @param {string} text of a table */
  constructor(text) {
    this.text = text;
    this.place = 0;
  }

  hasNext() {
    return this.place < this.text.length;
  }

  next() {
    let number = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = DIGITS.indexOf(this.text[this.place++]);
      number |= (digit & 31) << shift;
      if (digit < 32) return number;
    }
  }

  /** A number that may be below 0. */
  nextSigned() {
    const number = this.next();
    return number & 1 ? -((number + 1) >> 1) : number >> 1;
  }
}
