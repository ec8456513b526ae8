import { readTokenizer } from "../tokenizers/tokenizer_reader.js";
import { Archive, damage } from "./archive.js";
import { InvalidModelError } from "./invalid_model_error.js";
import { JsonObject } from "./json_object.js";
import { Manifest } from "./manifest.js";

const NAME = "albert_tf.json";
const MOST_JSON_BYTES = 2 ** 20;
const PIECE_BYTES = 64;
const VOCABULARY_BYTES = 2 ** 20;

/** What travels in a `.tflite` file: network, vocabulary, labels, settings. */
export class ModelFile {
  /**
   * @param {Manifest} manifest
   * @param {import("../tokenizers/tokenizer.js").Tokenizer} tokenizer
   * @param {Uint8Array} network
   */
  constructor(manifest, tokenizer, network) {
    this.task = manifest.task;
    this.maxLength = manifest.maxLength;
    this.segments = manifest.segments;
    this.lengths = manifest.lengths;
    this.settings = manifest.settings;
    this.tokenizer = tokenizer;
    this.network = network;
    /** Names of labels or tags in the order of outputs; empty for others. */
    this.labels = labelsOf(manifest.settings);
  }

  /**
   * Reads a model's file, and checks that it is whole: a runtime that is given
   * a damaged network may crash.
   *
   * @param {Uint8Array} file all of it
   */
  static async read(file) {
    const archive = new Archive(file);
    const json = await archive.read(NAME, MOST_JSON_BYTES);
    const text = new TextDecoder().decode(json);
    const manifest = new Manifest(JsonObject.parse(text, NAME));
    const { vocabularyName, vocabularySize } = manifest;
    const names = [NAME, vocabularyName, ...manifest.associatedFiles];
    if (`${archive.names.sort()}` !== `${names.sort()}`) {
      throw damage("it has other members");
    }
    // Before the vocabulary is read, whose size the network's bounds.
    if (archive.start !== manifest.networkBytes) {
      throw damage(`the network has ${archive.start} bytes`);
    }
    const most = PIECE_BYTES * vocabularySize + VOCABULARY_BYTES;
    // For their checksums: nothing in them is ours.
    for (const name of manifest.associatedFiles) await archive.read(name, most);
    const vocabulary = await archive.read(vocabularyName, most);
    const network = file.subarray(0, archive.start);
    if ((await sha256(vocabulary)) !== manifest.vocabularyDigest) {
      throw damage("the vocabulary does not have its checksum");
    }
    if ((await sha256(network)) !== manifest.networkDigest) {
      throw damage("the network does not have its checksum");
    }
    const tokenizer = readTokenizer(manifest.tokenizer, vocabulary);
    if (tokenizer.pieces.length > vocabularySize) {
      throw new InvalidModelError(
        `the vocabulary has ${tokenizer.pieces.length} tokens, but the ` +
          `network knows ${vocabularySize}`,
      );
    }
    return new ModelFile(manifest, tokenizer, network);
  }
}

/** @param {JsonObject} settings */
function labelsOf(settings) {
  if (!settings.has("labels")) return [];
  const labels = settings.texts("labels");
  if (labels.length > 0 && new Set(labels).size === labels.length) return labels;
  throw settings.failure("labels", "different names");
}

/** @param {Uint8Array} bytes */
async function sha256(bytes) {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    /** @type {BufferSource} */ (bytes),
  );
  return Array.from(new Uint8Array(digest), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
