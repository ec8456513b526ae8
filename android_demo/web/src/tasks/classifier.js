import { TextModel } from "../model/text_model.js";
import { ranked } from "./prediction.js";

const SAVED = "saved_layers";

/** One of several labels for a text, or for a pair of texts. */
export class Classifier {
  /**
   * @param {import("../model/model_file.js").ModelFile} file
   * @param {import("../model/text_model.js").Runner} runner
   */
  constructor(file, runner) {
    this.model = new TextModel(file, runner, ["classification", "early_exit"]);
    this.labels = file.labels;
  }

  /** @param {string} text @param {string | null} pair */
  async classify(text, pair = null) {
    const sequence = this.model.encode(text, pair);
    const outputs = await this.model.run(sequence);
    const scores = ranked(
      outputs.ofSize("logits", this.labels.length),
      this.labels,
    );
    const { length: tokens, truncated } = sequence;
    return {
      label: scores[0].label,
      scores,
      /** The share of layers that were left out; null for most models. */
      savedLayers: outputs.has(SAVED) ? outputs.ofSize(SAVED, 1)[0] : null,
      effort: { sequences: 1, tokens, truncated },
    };
  }
}
