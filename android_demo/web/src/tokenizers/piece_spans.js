/** Follows pieces back to the text: normalized, cleaned, as it was given. */
export class PieceSpans {
  /**
   * @param {import("../unicode/traced_text.js").TracedText} cleaned
   * @param {import("./piece_normalizer.js").Normalized} normalized
   * @param {number} length of the text
   * @param {number} shift what is added to all places
   */
  constructor(cleaned, normalized, length, shift) {
    this.cleaned = cleaned;
    this.size = normalized.codes.length;
    this.sources = normalized.sources;
    this.length = length;
    this.shift = shift;
  }

  /**
   * A token of the normalized characters from `begin` to `end`, exclusive.
   *
   * @param {number} id
   * @param {number} begin
   * @param {number} end
   */
  token(id, begin, end) {
    const start =
      this.shift + (this.cleaned.starts[this.sources[begin]] ?? this.length);
    // Nothing but the mark for a word's start is an empty span there.
    return { id, start, end: begin < end ? this.shift + this.#endOf(end) : start };
  }

  /** The model's rules may have made several of one. @param {number} end */
  #endOf(end) {
    let next = end;
    while (next < this.size && this.sources[next] === this.sources[end - 1]) {
      next += 1;
    }
    const last = this.sources[next] - 1;
    return this.cleaned.ends[last < 0 ? this.cleaned.size - 1 : last];
  }
}
