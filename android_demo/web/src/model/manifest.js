import { InvalidModelError } from "./invalid_model_error.js";

const FORMAT = 2;
const LEAST_LENGTH = 3;
const NAMES = [
  "format", "model", "config", "quantization", "task", "settings",
  "preprocessor", "network_bytes", "network_sha256", "fixed_lengths",
  "associated_files",
];
const PREPROCESSOR = ["max_length", "tokenizer", "vocabulary_sha256"];
/** @type {Record<string, number>} */
const BITS = { float32: 32, float16: 16, int8: 8, int4: 4 };

/** @typedef {import("./json_object.js").JsonObject} JsonObject */

/** `albert_tf.json` of a model's file, checked. */
export class Manifest {
  /** @param {JsonObject} values */
  constructor(values) {
    if (values.values.format !== FORMAT) {
      const right = `${FORMAT}; export the model again by the newest albert-tf`;
      throw values.failure("format", right);
    }
    values.checkNames(NAMES);
    this.model = values.text("model");
    if (!values.has("task") || !values.has("preprocessor")) {
      throw new InvalidModelError(
        `the file holds an ${this.model} without a task or without a ` +
          "vocabulary, so it takes no text",
      );
    }
    this.task = values.text("task");
    this.settings = values.child("settings");
    this.networkBytes = values.int("network_bytes");
    this.networkDigest = values.text("network_sha256");
    const config = values.child("config");
    this.vocabularySize = config.int("vocab_size");
    const longest = config.int("max_position_embeddings");
    this.segments = config.has("type_vocab_size")
      ? config.int("type_vocab_size")
      : 2;
    checkSize(values, config, this.networkBytes);
    /** Of sequences that the network takes; null for any. */
    this.lengths = values.has("fixed_lengths") ? lengthsOf(values, longest) : null;
    /** What others read in the archive. */
    this.associatedFiles = values.has("associated_files")
      ? values.texts("associated_files")
      : [];
    const preprocessor = values.child("preprocessor");
    preprocessor.checkNames(PREPROCESSOR);
    this.maxLength = preprocessor.int("max_length");
    if (this.maxLength < LEAST_LENGTH || this.maxLength > longest) {
      const right = `from ${LEAST_LENGTH} to ${longest}`;
      throw preprocessor.failure("max_length", right);
    }
    this.tokenizer = preprocessor.child("tokenizer");
    this.vocabularyName = this.tokenizer.text("vocabulary");
    this.vocabularyDigest = preprocessor.text("vocabulary_sha256");
  }
}

/** @param {JsonObject} values @param {number} longest */
function lengthsOf(values, longest) {
  const fixed = values.child("fixed_lengths");
  const lengths = fixed.list("lengths");
  const isRising = lengths.every(
    (length, place) =>
      Number.isInteger(length) && length > (lengths[place - 1] ?? LEAST_LENGTH - 1),
  );
  if (lengths.length > 0 && isRising && lengths.at(-1) <= longest) {
    return /** @type {number[]} */ (lengths);
  }
  const right = `rising numbers from ${LEAST_LENGTH} to ${longest}`;
  throw fixed.failure("lengths", right);
}

/**
 * A vocabulary that needs much memory also needs a large network.
 *
 * @param {JsonObject} values
 * @param {JsonObject} config
 * @param {number} networkBytes
 */
function checkSize(values, config, networkBytes) {
  const isText = typeof values.values.quantization === "string";
  const kind = isText
    ? values.text("quantization")
    : values.child("quantization").text("embeddings");
  const bits = BITS[kind];
  if (bits === undefined) {
    throw values.failure("quantization", Object.keys(BITS).join(" or "));
  }
  const rows = config.int("vocab_size") + config.int("max_position_embeddings");
  if (rows * config.int("embedding_size") * bits > 8 * networkBytes) {
    throw values.failure("network_bytes", "as much as the configuration says");
  }
}
