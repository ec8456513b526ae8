import { InvalidModelError } from "../model/invalid_model_error.js";
import { wellFormed } from "../unicode/traced_text.js";
import { AddedTokens } from "./added_tokens.js";
import { Sequence } from "./sequence.js";

/**
 * A token and where it is in its text, in UTF-16 units.
 *
 * @typedef {{id: number, start: number, end: number}} Token
 */

/**
 * Turns text into token ids. No text makes it fail: half of a surrogate pair,
 * which stands for no character, counts as U+FFFD.
 */
export class Tokenizer {
  /**
   * @param {string[]} own the pieces of the vocabulary file
   * @param {string[]} names of the special tokens
   * @param {import("./tokenizer_settings.js").Settings} settings
   */
  constructor(own, names, settings) {
    /** @type {Map<string, number>} */
    const ids = new Map(own.map((piece, id) => [piece, id]));
    /** All pieces in the order of their ids; "" for an unused id. */
    this.pieces = own.slice();
    const tokens = addTokens(settings.addedTokens, names, ids, this.pieces);
    const written = tokens.filter(({ content }) => !names.includes(content));
    this.addedTokens =
      written.length > 0 ? new AddedTokens(written, settings.lowercase) : null;
    const missing = names.filter((name) => !ids.has(name));
    if (missing.length > 0) {
      throw new InvalidModelError(`the vocabulary lacks ${missing.join(" ")}`);
    }
    const [pad, unknown, cls, sep] = names.map((name) => Number(ids.get(name)));
    this.padId = pad;
    this.unknownId = unknown;
    this.clsId = cls;
    this.sepId = sep;
  }

  /**
   * Cuts a text without added tokens; places are those in it, later by `shift`.
   *
   * @param {string} text
   * @param {number} shift
   * @param {Token[]} tokens
   */
  split(text, shift, tokens) {
    throw new Error("of subclasses");
  }

  /** All tokens of a text, without special ones. @param {string} text */
  cut(text) {
    const whole = wellFormed(text);
    /** @type {Token[]} */
    const tokens = [];
    if (this.addedTokens === null) this.split(whole, 0, tokens);
    else this.addedTokens.split(whole, tokens, this);
    return tokens;
  }

  /**
   * Encodes one text, or a pair of texts.
   *
   * Pairs that are too long lose tokens from the end of the longer text, at a
   * tie from the second.
   *
   * @param {string} text any
   * @param {string | null} pair one that holds no token counts as null
   * @param {number} maxLength the most tokens, special ones included
   */
  encode(text, pair = null, maxLength = 512) {
    const first = this.cut(text);
    const second = pair === null ? [] : this.cut(pair);
    const room = maxLength - (second.length > 0 ? 3 : 2);
    const excess = Math.max(0, first.length + second.length - room);
    let secondSize = second.length;
    if (excess > 0) {
      const most = Math.max(Math.floor(room / 2), room - first.length);
      secondSize = Math.min(secondSize, most);
    }
    const firstSize = Math.min(first.length, room - secondSize);
    return new Sequence(
      this,
      first.slice(0, firstSize),
      second.slice(0, secondSize),
      excess,
    );
  }
}

/**
 * @param {import("./tokenizer_settings.js").AddedToken[]} given
 * @param {string[]} names
 * @param {Map<string, number>} ids
 * @param {string[]} pieces
 */
function addTokens(given, names, ids, pieces) {
  const byId = new Map();
  const tokens = [];
  for (const token of given) {
    const own = ids.get(token.content);
    // Counted as transformers does: repeats and gaps are no tokens.
    const id = token.id ?? own ?? ids.size;
    if (id === own && names.includes(token.content)) continue;
    const first = byId.get(id) ?? token.content;
    byId.set(id, first);
    if (first !== token.content) {
      throw new InvalidModelError(
        `the added tokens "${first}" and "${token.content}" have the same ` +
          `id, ${id}`,
      );
    }
    while (pieces.length <= id) pieces.push("");
    pieces[id] = token.content;
    ids.set(token.content, id);
    tokens.push({ ...token, id });
  }
  return tokens;
}
