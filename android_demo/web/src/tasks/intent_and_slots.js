import { TextModel } from "../model/text_model.js";
import { wellFormed } from "../unicode/traced_text.js";
import { ranked } from "./prediction.js";
import { TagReader } from "./tag_reader.js";
import { TagWindows } from "./tag_windows.js";
import { wordsOf } from "./words.js";

/** What a command wants, one of several intents, and with what. */
export class IntentAndSlots {
  /**
   * @param {import("../model/model_file.js").ModelFile} file
   * @param {import("../model/text_model.js").Runner} runner
   */
  constructor(file, runner) {
    this.model = new TextModel(file, runner, ["intent_slots"]);
    this.reader = new TagReader(file.labels);
    this.labels = file.labels;
    this.intents = file.settings.texts("intents");
  }

  /** Of a long text, whose windows overlap, the windows' mean. @param {string} text */
  async read(text) {
    const whole = wellFormed(text);
    const words = wordsOf(whole);
    const windows = new TagWindows(this.model, whole, words);
    const sums = new Float32Array(this.intents.length);
    const logits = await windows.run(this.labels.length, (outputs) => {
      const found = outputs.ofSize("intent_logits", sums.length);
      found.forEach((logit, place) => (sums[place] += logit));
    });
    const { effort } = windows;
    const means = sums.map((sum) => sum / effort.sequences);
    const scores = ranked(means, this.intents);
    const slots = this.reader.read(text, words, logits, this.reader.allowed);
    return { label: scores[0].label, scores, ...slots, effort };
  }
}
