import { InvalidModelError } from "../model/invalid_model_error.js";
import { ProtocolBuffer } from "./protocol_buffer.js";

/** Kinds of pieces. */
export const NORMAL = 1;
export const UNKNOWN = 2;
export const USER_DEFINED = 4;
export const UNUSED = 5;
export const BYTE = 6;

const UNIGRAM = 1;
const KINDS = ["", "unigram", "BPE", "word", "char"];
const DAMAGED = "the vocabulary is not a SentencePiece model, or a truncated one";

/** @typedef {{text: string, score: number, type: number}} Piece */

/** A SentencePiece model as its file has it, a protocol buffer. */
export class SentencePieceModel {
  /** @type {Piece[]} in the order of their ids */
  pieces = [];
  modelType = UNIGRAM;
  hasByteFallback = false;
  marksWordEnds = false;
  addsDummyPrefix = true;
  removesExtraSpaces = true;
  escapesSpaces = true;
  rules = new Uint8Array(0);
  #hasNormalizer = false;

  /** @param {Uint8Array} data */
  constructor(data) {
    try {
      this.#read(new ProtocolBuffer(data));
    } catch (error) {
      if (error instanceof InvalidModelError) throw error;
      throw new InvalidModelError(DAMAGED, { cause: error });
    }
    // It follows the pieces: without it the file is cut between two of them.
    if (!this.#hasNormalizer || this.pieces.length === 0) {
      throw new InvalidModelError(DAMAGED);
    }
    if (this.modelType !== UNIGRAM) {
      const kind = KINDS[this.modelType] ?? `number ${this.modelType}`;
      throw new InvalidModelError(
        `the SentencePiece vocabulary is of the kind ${kind}; only unigram ` +
          "models, the usual kind, can be read",
      );
    }
  }

  /** @param {ProtocolBuffer} message */
  #read(message) {
    while (message.next()) {
      if (message.field === 1) this.pieces.push(readPiece(message.message()));
      if (message.field === 2) this.#readTrainer(message.message());
      if (message.field === 3) this.#readNormalizer(message.message());
    }
  }

  /** @param {ProtocolBuffer} message */
  #readTrainer(message) {
    while (message.next()) {
      if (message.field === 3) this.modelType = message.int();
      if (message.field === 24) this.marksWordEnds = message.int() !== 0;
      if (message.field === 35) this.hasByteFallback = message.int() !== 0;
    }
  }

  /** @param {ProtocolBuffer} message */
  #readNormalizer(message) {
    this.#hasNormalizer = true;
    while (message.next()) {
      if (message.field === 2) this.rules = message.bytes();
      if (message.field === 3) this.addsDummyPrefix = message.int() !== 0;
      if (message.field === 4) this.removesExtraSpaces = message.int() !== 0;
      if (message.field === 5) this.escapesSpaces = message.int() !== 0;
    }
  }
}

/** @param {ProtocolBuffer} message @returns {Piece} */
function readPiece(message) {
  const piece = { text: "", score: 0, type: NORMAL };
  while (message.next()) {
    if (message.field === 1) piece.text = message.text();
    if (message.field === 2) piece.score = message.float();
    if (message.field === 3) piece.type = message.int();
  }
  if (piece.text === "") {
    throw new InvalidModelError(
      "the SentencePiece vocabulary has a piece without text",
    );
  }
  return piece;
}
