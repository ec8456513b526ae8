import { InvalidModelError } from "./invalid_model_error.js";

export const DAMAGED =
  "the file is truncated, damaged, or not written by `albert-tf export`";
const DIRECTORY = "its directory is damaged";
const PLACES = "its members are not in their places";
const MOST_MEMBERS = 4;
const DIRECTORY_BYTES = 1024;
const MOST_RATIO = 100;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
// The end of an archive, an entry of the directory, what is before a member,
// and what would say that the archive is a large one.
const END = { signature: 0x06054b50, bytes: 22 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const LOCATOR = { signature: 0x07064b50, bytes: 20 };

/**
 * @typedef {{method: number, crc: number, packed: number, size: number,
 *   offset: number, nameBytes: number}} Member
 */

/**
 * The zip archive behind the network in a model's file.
 *
 * However the file came about, no more memory is taken than callers allow.
 */
export class Archive {
  /** @param {Uint8Array} file */
  constructor(file) {
    this.file = file;
    this.data = new DataView(file.buffer, file.byteOffset, file.length);
    /** @type {Map<string, Member>} */
    this.members = new Map();
    const end = file.length - END.bytes;
    if (end < LOCATOR.bytes) throw damage("it is too short");
    const length = this.#int(end + 12);
    const hasOther =
      this.#int(end) !== END.signature ||
      this.#short(end + 20) !== 0 ||
      this.#int(end - LOCATOR.bytes) === LOCATOR.signature ||
      this.#short(end + 10) > MOST_MEMBERS;
    if (hasOther || length > DIRECTORY_BYTES || length > end) {
      throw damage("there is no archive of ours at its end");
    }
    const directory = end - length;
    this.#readDirectory(directory, end, directory - this.#int(end + 16));
    /** Where the archive begins, which is where the network ends. */
    this.start = this.#checkPlaces(directory);
  }

  /** What is in it. */
  get names() {
    return [...this.members.keys()];
  }

  /** @param {number} begin @param {number} end @param {number} shift */
  #readDirectory(begin, end, shift) {
    let place = begin;
    while (place < end) {
      const isWhole = end - place >= ENTRY.bytes;
      if (!isWhole || this.#int(place) !== ENTRY.signature) {
        throw damage(DIRECTORY);
      }
      const nameBytes = this.#short(place + 28);
      const more = this.#short(place + 30) + this.#short(place + 32);
      const name = place + ENTRY.bytes;
      if (name + nameBytes + more > end) throw damage(DIRECTORY);
      if (this.#short(place + 8) & ENCRYPTED) throw damage("it is encrypted");
      const bytes = this.file.subarray(name, name + nameBytes);
      this.members.set(new TextDecoder().decode(bytes), {
        method: this.#short(place + 10),
        crc: this.#int(place + 16),
        packed: this.#int(place + 20),
        size: this.#int(place + 24),
        offset: this.#int(place + 42) + shift,
        nameBytes,
      });
      place = name + nameBytes + more;
    }
  }

  /** Members follow each other without gap or overlap. @param {number} directory */
  #checkPlaces(directory) {
    const sorted = [...this.members.values()].sort((a, b) => a.offset - b.offset);
    if (sorted.length === 0 || sorted[0].offset < 0) throw damage(PLACES);
    sorted.forEach((member, place) => {
      const next = sorted[place + 1]?.offset ?? directory;
      const { offset, nameBytes, packed } = member;
      if (offset + LOCAL.bytes + nameBytes + packed !== next) throw damage(PLACES);
    });
    return sorted[0].offset;
  }

  /**
   * One member, of at most so many bytes, whatever the directory says.
   *
   * @param {string} name
   * @param {number} most
   */
  async read(name, most) {
    const member = this.members.get(name);
    if (member === undefined) throw damage(`${name} is missing`);
    const { method, crc, packed, size, offset, nameBytes } = member;
    if (method !== STORED && method !== DEFLATED) {
      throw damage(`${name} is compressed otherwise`);
    }
    if (size > Math.min(most, MOST_RATIO * packed)) {
      throw damage(`${name} of ${size} bytes is larger than it needs`);
    }
    const isSame =
      this.#int(offset) === LOCAL.signature &&
      this.#short(offset + 26) === nameBytes &&
      this.#short(offset + 28) === 0;
    if (!isSame) throw damage(PLACES);
    const begin = offset + LOCAL.bytes + nameBytes;
    const bytes = this.file.subarray(begin, begin + packed);
    const content = method === STORED ? bytes : await inflate(bytes, size, name);
    if (content.length !== size || crc32(content) !== crc) {
      throw damage(`${name} does not have its checksum`);
    }
    return content;
  }

  /** @param {number} place */
  #short(place) {
    return this.data.getUint16(place, true);
  }

  /** @param {number} place */
  #int(place) {
    return this.data.getUint32(place, true);
  }
}

/** @param {string} what */
export function damage(what) {
  return new InvalidModelError(`${DAMAGED} (${what})`);
}

/** @param {Uint8Array} packed @param {number} size @param {string} name */
async function inflate(packed, size, name) {
  const content = new Uint8Array(size);
  const source = new Blob([/** @type {BlobPart} */ (packed)]).stream();
  const reader = source
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .getReader();
  let done = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      content.set(part.value, done); // throws where there is more than it says
      done += part.value.length;
    }
  } catch {
    await reader.cancel().catch(() => {});
    throw damage(`${name} does not have its size`);
  }
  return content.subarray(0, done);
}

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}
