const VARINT = 0;
const FIXED_64 = 1;
const SIZED = 2;
const FIXED_32 = 5;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the fields of a message; throws `RangeError` where it is damaged. */
export class ProtocolBuffer {
  /**
   * @param {Uint8Array} data
   * @param {number} place
   * @param {number} end
   */
  constructor(data, place = 0, end = data.length) {
    this.data = data;
    this.place = place;
    this.end = end;
    /** The number of the field that was read last. */
    this.field = 0;
    this.number = 0;
    this.start = 0;
    this.size = 0;
  }

  /** Reads the next field; false at the end. */
  next() {
    if (this.place >= this.end) return false;
    const key = this.#varint();
    this.field = key >>> 3;
    this.start = this.place;
    const kind = key & 7;
    if (kind === VARINT) {
      this.number = this.#varint();
      return true;
    }
    if (kind === SIZED) {
      this.size = this.#varint() >>> 0;
      this.start = this.place;
    } else if (kind === FIXED_64 || kind === FIXED_32) {
      this.size = kind === FIXED_64 ? 8 : 4;
    } else {
      throw new RangeError("a kind of field");
    }
    if (this.size > this.end - this.start) throw new RangeError("a field");
    this.place = this.start + this.size;
    return true;
  }

  /** The field as a whole number of 32 bits. */
  int() {
    return this.number;
  }

  float() {
    if (this.size !== 4) throw new RangeError("a number");
    const { buffer, byteOffset } = this.data;
    return new DataView(buffer, byteOffset).getFloat32(this.start, true);
  }

  message() {
    return new ProtocolBuffer(this.data, this.start, this.start + this.size);
  }

  bytes() {
    return this.data.slice(this.start, this.start + this.size);
  }

  /** Throws `TypeError` if it is not UTF-8. */
  text() {
    return UTF8.decode(this.data.subarray(this.start, this.start + this.size));
  }

  /** The lowest 32 bits, which is all that such a model has. */
  #varint() {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      if (this.place >= this.end) throw new RangeError("a number");
      const byte = this.data[this.place++];
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError("a number");
  }
}
