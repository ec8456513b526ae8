import { TextModel } from "../model/text_model.js";
import { Sequence } from "../tokenizers/sequence.js";
import { wellFormed } from "../unicode/traced_text.js";
import { isSpace } from "../unicode/unicode_data.js";
import { Candidates, MOST } from "./candidates.js";

const JOINT = "joint_question_answering";
const SPECIAL = 3; // [CLS] question [SEP] context [SEP]
const STRIDE = 128;
const LONGEST = 30;
/** Scores of runs that are none. */
const NEVER = -0.5e30;

/** @typedef {import("../tokenizers/tokenizer.js").Token} Token */
/** @typedef {import("../model/text_model.js").Outputs} Outputs */
/** @typedef {import("../model/model_file.js").ModelFile} ModelFile */

/**
 * Tokens of a context, the first of which is at `place` in the sequence.
 *
 * @typedef {{tokens: Token[], place: number, sequence: Sequence}} Window
 */

/**
 * The words of a text that answer a question, or that there is no answer.
 *
 * A long context is read in windows that overlap. The best run of tokens over
 * all windows is the answer, or none where the model says so.
 */
export class QuestionAnswerer {
  /**
   * @param {ModelFile} file
   * @param {import("../model/text_model.js").Runner} runner
   */
  constructor(file, runner) {
    this.model = new TextModel(file, runner, ["question_answering", JOINT]);
    this.isJoint = file.task === JOINT;
    this.threshold = file.settings.numberOrNull("null_threshold");
    this.stride = setting(file, "stride", STRIDE);
    this.longest = setting(file, "max_answer_length", LONGEST);
    this.room = this.model.maxLength - SPECIAL;
  }

  /**
   * The answer; none if the question is blank or the context has no token.
   *
   * A question that would take more than half of a sequence loses what is
   * longer, unless the context leaves it the room.
   *
   * @param {string} question
   * @param {string} context
   */
  async answer(question, context) {
    const tokens = this.model.tokenizer.cut(context);
    const asked = this.model.tokenizer.cut(question);
    const candidates = new Candidates(wellFormed(context), this.isJoint);
    const effort = { sequences: 0, tokens: 0, truncated: 0 };
    if (isBlank(question) || tokens.length === 0) {
      candidates.addNone(0);
      return { ...candidates.answer(this.threshold), effort };
    }
    const most = Math.max(Math.floor(this.room / 2), this.room - tokens.length);
    const kept = asked.slice(0, most);
    effort.truncated = asked.length - kept.length;
    for (const window of this.#windows(kept, tokens)) {
      const outputs = await this.model.run(window.sequence);
      if (this.isJoint) addJoint(outputs, window, candidates);
      else this.#add(outputs, window, candidates);
      effort.sequences += 1;
      effort.tokens += window.sequence.length;
    }
    return { ...candidates.answer(this.threshold), effort };
  }

  /**
   * Windows begin `stride` tokens after one another, or half a window where
   * that is less, so that nothing is passed over.
   *
   * @param {Token[]} question
   * @param {Token[]} context
   */
  #windows(question, context) {
    const size = this.room - question.length;
    const step = Math.min(this.stride, Math.floor((size + 1) / 2));
    /** @type {Window[]} */
    const found = [];
    for (let first = 0; ; first += step) {
      const tokens = context.slice(first, first + size);
      const sequence = new Sequence(this.model.tokenizer, question, tokens);
      found.push({ tokens, place: question.length + 2, sequence });
      if (first + size >= context.length) return found;
    }
  }

  /** @param {Outputs} outputs @param {Window} window @param {Candidates} found */
  #add(outputs, { tokens, place }, found) {
    const starts = outputs.perToken("start_logits", 1);
    const ends = outputs.perToken("end_logits", 1);
    /** @type {{first: number, last: number, score: number}[]} */
    const runs = [];
    tokens.forEach((token, first) => {
      if (!hasText(token)) return;
      const end = Math.min(tokens.length, first + this.longest);
      for (let last = first; last < end; last++) {
        if (!hasText(tokens[last])) continue;
        const score = starts[place + first] + ends[place + last];
        runs.push({ first, last, score });
      }
    });
    found.addNone(Math.fround(starts[0] + ends[0]));
    runs.sort((a, b) => b.score - a.score);
    for (const { first, last, score } of runs.slice(0, MOST)) {
      found.add(tokens[first].start, tokens[last].end, score);
    }
  }
}

/**
 * Takes the runs that the model itself has found in a window.
 *
 * @param {Outputs} outputs
 * @param {Window} window
 * @param {Candidates} found
 */
function addJoint(outputs, { tokens, place }, found) {
  const starts = outputs.get("start_indices");
  const startScores = outputs.ofSize("start_log_probs", starts.length);
  const ends = outputs.get("end_indices");
  const endScores = outputs.ofSize("end_log_probs", ends.length);
  found.addNone(outputs.ofSize("no_answer_logits", 1)[0]);
  const endsEach = ends.length / starts.length;
  ends.forEach((end, number) => {
    const row = Math.floor(number / endsEach);
    const score = startScores[row] + endScores[number];
    const first = tokens[starts[row] - place];
    const last = tokens[end - place];
    if (score <= NEVER || !first || !last) return;
    if (hasText(first) && hasText(last)) found.add(first.start, last.end, score);
  });
}

/**
 * A token without characters can neither begin nor end an answer.
 *
 * @param {Token} token
 */
function hasText(token) {
  return token.end > token.start;
}

/** @param {string} text */
function isBlank(text) {
  return [...text].every((one) => isSpace(Number(one.codePointAt(0))));
}

/** @param {ModelFile} file @param {string} name @param {number} usual */
function setting(file, name, usual) {
  if (!file.settings.has(name)) return usual;
  const value = file.settings.int(name);
  if (value < 1) throw file.settings.failure(name, "at least 1");
  return value;
}
