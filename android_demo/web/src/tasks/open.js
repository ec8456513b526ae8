import { Classifier } from "./classifier.js";
import { IntentAndSlots } from "./intent_and_slots.js";
import { QuestionAnswerer } from "./question_answerer.js";
import { Tagger } from "./tagger.js";

/**
 * What a model answers, whatever its task is.
 *
 * @param {import("../model/model_file.js").ModelFile} file
 * @param {import("../model/text_model.js").Runner} runner
 * @returns {{answer: (text: string, pair?: string) => Promise<any>}}
 */
export function open(file, runner) {
  switch (file.task) {
    case "classification":
    case "early_exit": {
      const classifier = new Classifier(file, runner);
      return { answer: (text, pair) => classifier.classify(text, pair || null) };
    }
    case "tagging":
    case "crf_tagging": {
      const tagger = new Tagger(file, runner);
      return { answer: (text) => tagger.tag(text) };
    }
    case "intent_slots": {
      const reader = new IntentAndSlots(file, runner);
      return { answer: (text) => reader.read(text) };
    }
    case "question_answering":
    case "joint_question_answering": {
      const answerer = new QuestionAnswerer(file, runner);
      return { answer: (text, pair = "") => answerer.answer(text, pair) };
    }
    default:
      throw new Error(
        `the file is for the task ${file.task}, which this page does not have`,
      );
  }
}
