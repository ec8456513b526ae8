/**
 * A runtime with a network.
 *
 * `lengths` are those of the sequences that it takes, rising; null if it takes
 * any. `run` runs one sequence: from inputs by the names of the signature, each
 * int32 [1, L], to outputs by name, flattened, whole numbers as floats.
 *
 * @typedef {object} Runner
 * @property {number[] | null} lengths
 * @property {(inputs: Record<string, Int32Array>) =>
 *   Promise<Record<string, Float32Array>>} run
 */

/** @typedef {import("../tokenizers/sequence.js").Sequence} Sequence */

/** Runs texts through a network. */
export class TextModel {
  /**
   * @param {import("./model_file.js").ModelFile} file
   * @param {Runner} runner
   * @param {string[]} tasks those that the caller answers
   */
  constructor(file, runner, tasks) {
    if (!tasks.includes(file.task)) {
      throw new Error(
        `the file is for the task ${file.task}; needed is ${tasks.join(" or ")}`,
      );
    }
    this.runner = runner;
    this.segments = file.segments;
    this.tokenizer = file.tokenizer;
    /** Tokens of the longest sequence. */
    this.maxLength = Math.min(
      file.maxLength,
      runner.lengths?.at(-1) ?? file.maxLength,
    );
  }

  /** @param {string} text @param {string | null} pair */
  encode(text, pair) {
    return this.tokenizer.encode(text, pair, this.maxLength);
  }

  /** @param {Sequence} sequence */
  async run(sequence) {
    if (this.segments < 2 && sequence.segmentIds.includes(1)) {
      throw new Error(
        "the model has no second segment, so it takes single texts only; " +
          "received a pair",
      );
    }
    const size = sequence.length;
    const rows = this.runner.lengths?.find((length) => length >= size) ?? size;
    const inputs = {
      token_ids: new Int32Array(rows).fill(this.tokenizer.padId, size),
      segment_ids: new Int32Array(rows),
      padding_mask: new Int32Array(rows).fill(1, 0, size),
    };
    inputs.token_ids.set(sequence.tokenIds);
    inputs.segment_ids.set(sequence.segmentIds);
    return new Outputs(await this.runner.run(inputs), rows);
  }
}

const LEAST = 1.17549435e-38;

/** What a model says of one sequence. */
export class Outputs {
  /** @param {Record<string, Float32Array>} values @param {number} rows L, with padding */
  constructor(values, rows) {
    const { probability, ...others } = values;
    // What a file has for logits that ready-made clients read, too.
    this.values = probability
      ? { ...others, logits: probability.map((p) => Math.log(Math.max(p, LEAST))) }
      : values;
    this.rows = rows;
  }

  /** @param {string} name */
  has(name) {
    return name in this.values;
  }

  /** @param {string} name */
  get(name) {
    const found = this.values[name];
    if (found) return found;
    const names = Object.keys(this.values).join(", ");
    throw new Error(`the model has no output "${name}", but ${names}`);
  }

  /** An output of so many numbers. @param {string} name @param {number} size */
  ofSize(name, size) {
    const found = this.get(name);
    if (found.length === size) return found;
    throw new Error(
      `the network gives ${found.length} numbers for "${name}"; its file ` +
        `says ${size}`,
    );
  }

  /** So many numbers for each token. @param {string} name @param {number} size */
  perToken(name, size) {
    return this.ofSize(name, this.rows * size);
  }
}
