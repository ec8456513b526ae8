import { InvalidModelError } from "../model/invalid_model_error.js";
import { SentencePieceTokenizer } from "./sentencepiece_tokenizer.js";
import { WordPieceTokenizer } from "./wordpiece_tokenizer.js";

/** No embedding is larger, so a larger id must be a mistake. */
const MOST_IDS = 2 ** 21;
const SPECIAL_TOKENS = 5;
const NAMES = [
  "tokenizer", "vocabulary", "lowercase", "strip_accents", "collapse_spaces",
  "split_ideographs", "follows", "special_tokens", "added_tokens",
];
const TOKEN_NAMES = [
  "content", "id", "special", "lstrip", "rstrip", "single_word", "normalized",
];

/** @typedef {import("../model/json_object.js").JsonObject} JsonObject */
/** @typedef {import("./tokenizer.js").Tokenizer} Tokenizer */

/**
 * The tokenizer that a model's file describes.
 *
 * @param {JsonObject} configuration
 * @param {Uint8Array} vocabulary
 * @returns {Tokenizer}
 */
export function readTokenizer(configuration, vocabulary) {
  configuration.checkNames(NAMES);
  const settings = settingsOf(configuration);
  const kind = configuration.text("tokenizer");
  if (kind === "sentencepiece") {
    checkUsual(configuration, "split_ideographs", kind);
    return new SentencePieceTokenizer(vocabulary, settings);
  }
  if (kind === "wordpiece") {
    checkUsual(configuration, "collapse_spaces", kind);
    return new WordPieceTokenizer(vocabulary, settings);
  }
  if (kind === "tokenizers") {
    throw new InvalidModelError(
      "its vocabulary is a tokenizer.json, which only Hugging Face's own " +
        "library reads; a SentencePiece .model or a WordPiece .txt is needed " +
        "here",
    );
  }
  throw configuration.failure("tokenizer", "sentencepiece or wordpiece");
}

/** @param {JsonObject} configuration @param {string} name @param {string} kind */
function checkUsual(configuration, name, kind) {
  if (configuration.flag(name, true)) return;
  throw new InvalidModelError(
    `${name}=false has no effect on a ${kind} vocabulary`,
  );
}

/** @param {JsonObject} values */
function settingsOf(values) {
  const follows = values.values.follows ?? "google";
  if (follows !== "google" && follows !== "transformers") {
    throw values.failure("follows", "google or transformers");
  }
  const hasAccents = values.has("strip_accents");
  const hasAdded = "added_tokens" in values.values;
  return {
    lowercase: values.flag("lowercase", true),
    stripAccents: hasAccents ? values.flag("strip_accents") : null,
    collapseSpaces: values.flag("collapse_spaces", true),
    splitIdeographs: values.flag("split_ideographs", true),
    followsTransformers: follows === "transformers",
    specialTokens: specialTokens(values),
    addedTokens: hasAdded ? values.objects("added_tokens").map(addedToken) : [],
  };
}

/** @param {JsonObject} values */
function specialTokens(values) {
  if (!values.has("special_tokens")) return null;
  const names = values.texts("special_tokens");
  if (names.length === SPECIAL_TOKENS && !names.includes("")) return names;
  throw values.failure(
    "special_tokens",
    "five names, for padding, unknown, CLS, SEP and MASK",
  );
}

/** @param {JsonObject} values */
function addedToken(values) {
  values.checkNames(TOKEN_NAMES);
  const content = values.text("content");
  if (content === "") throw values.failure("content", "some text");
  const id = values.has("id") ? values.int("id") : null;
  if (id !== null && id >= MOST_IDS) {
    throw values.failure("id", `below ${MOST_IDS}`);
  }
  return {
    content,
    id,
    special: values.flag("special", false),
    lstrip: values.flag("lstrip", false),
    rstrip: values.flag("rstrip", false),
    singleWord: values.flag("single_word", false),
    normalized: values.flag("normalized", true),
  };
}
