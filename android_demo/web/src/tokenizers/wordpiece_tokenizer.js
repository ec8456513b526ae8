import { InvalidModelError } from "../model/invalid_model_error.js";
import { BasicText } from "./basic_text.js";
import { NONE, PieceTrie } from "./piece_trie.js";
import { Tokenizer } from "./tokenizer.js";

const NAMES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/** What pieces begin with that go on with a word. */
const MARK = "##";
const BLANK = 0x20;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @typedef {import("./tokenizer.js").Token} Token */
/** @typedef {import("../unicode/traced_text.js").TracedText} TracedText */

/**
 * BERT's WordPiece, which the Chinese ALBERT models use.
 *
 * Text is cleaned, ideographs stand alone, punctuation is split off, letters
 * are lower-cased and lose their accents, then each word is cut greedily into
 * the longest pieces.
 */
export class WordPieceTokenizer extends Tokenizer {
  /**
   * @param {Uint8Array} data
   * @param {import("./tokenizer_settings.js").Settings} settings
   */
  constructor(data, settings) {
    const own = readPieces(data);
    const names = settings.specialTokens ?? NAMES;
    super(own, names, settings);
    const strips = settings.stripAccents ?? settings.lowercase;
    this.basicText = new BasicText(settings, strips);
    this.longestWord = settings.followsTransformers ? 100 : 200;
    this.trie = new PieceTrie([...own, names[1], MARK]);
    // Of lines that are alike the last one counts.
    own.forEach((piece, id) => piece !== "" && this.trie.put(piece, id));
    this.trie.put(names[1], this.unknownId);
    // Makes the node where there is no such piece.
    this.trie.put(MARK, this.trie.find(MARK));
    this.continuation = this.trie.nodeOf(MARK);
  }

  /** @param {string} text @param {number} shift @param {Token[]} tokens */
  split(text, shift, tokens) {
    const words = this.basicText.clean(text);
    let begin = 0;
    for (let place = 0; place <= words.size; place++) {
      if (place < words.size && words.codes[place] !== BLANK) continue;
      if (begin < place) tokens.push(...this.#word(words, begin, place, shift));
      begin = place + 1;
    }
  }

  /**
   * @param {TracedText} words
   * @param {number} begin
   * @param {number} end
   * @param {number} shift
   */
  #word(words, begin, end, shift) {
    /** @type {(id: number, from: number, to: number) => Token} */
    const token = (id, from, to) => ({
      id,
      start: shift + words.starts[from],
      end: shift + words.ends[to - 1],
    });
    const tokens = [];
    let place = begin;
    while (place < end && end - begin <= this.longestWord) {
      const root = place === begin ? this.trie.root : this.continuation;
      const { id, next } = this.#longest(words.codes, root, place, end);
      if (id === NONE) break;
      tokens.push(token(id, place, next));
      place = next;
    }
    return place === end ? tokens : [token(this.unknownId, begin, end)];
  }

  /**
   * @param {number[]} codes
   * @param {number} root
   * @param {number} begin
   * @param {number} end
   */
  #longest(codes, root, begin, end) {
    const found = { id: NONE, next: begin };
    let node = root;
    for (let place = begin; place < end; place++) {
      node = this.trie.step(node, codes[place]);
      if (node === NONE) break;
      const id = this.trie.value(node);
      if (id === NONE) continue;
      found.id = id;
      found.next = place + 1;
    }
    return found;
  }
}

/** @param {Uint8Array} data */
function readPieces(data) {
  let text;
  try {
    text = UTF8.decode(data);
  } catch (error) {
    throw new InvalidModelError("the vocabulary is not UTF-8", { cause: error });
  }
  // Only the line's end is stripped: some pieces are odd white space.
  return text.replace(/\n$/, "").split("\n").map((line) => line.replace(/\r$/, ""));
}
