import { TextModel } from "../model/text_model.js";
import { wellFormed } from "../unicode/traced_text.js";
import { TagReader } from "./tag_reader.js";
import { TagWindows } from "./tag_windows.js";
import { wordsOf } from "./words.js";

const CRF = "crf_tagging";

/**
 * A tag for every word of a text: of a named entity, or the word's class.
 *
 * A long text is read in windows that overlap. Of the sequences of tags that
 * the scheme allows, the best is given.
 */
export class Tagger {
  /**
   * @param {import("../model/model_file.js").ModelFile} file
   * @param {import("../model/text_model.js").Runner} runner
   */
  constructor(file, runner) {
    this.model = new TextModel(file, runner, ["tagging", CRF]);
    this.learnsTransitions = file.task === CRF;
    this.labels = file.labels;
    this.reader = new TagReader(file.labels);
  }

  /** @param {string} text */
  async tag(text) {
    const whole = wellFormed(text);
    const words = wordsOf(whole);
    const windows = new TagWindows(this.model, whole, words);
    const { allowed } = this.reader;
    let transitions = allowed;
    const logits = await windows.run(this.labels.length, (outputs) => {
      if (!this.learnsTransitions) return;
      const learned = outputs.ofSize("transitions", allowed.length);
      transitions = learned.map((score, place) => score + allowed[place]);
    });
    const found = this.reader.read(text, words, logits, transitions);
    return { ...found, effort: windows.effort };
  }
}
