// Answers are those of Python, with numbers that follow from the tokens in the
// place of a network, as golden_vectors.py has them.
import assert from "node:assert/strict";
import test from "node:test";
import { ModelFile } from "../src/model/model_file.js";
import { open } from "../src/tasks/open.js";
import { bundle, bytes, golden } from "./support/golden.js";

const TASKS = [
  "classification", "tagging", "crf_tagging", "intent_slots",
  "question_answering",
];
const ROWS = golden("tasks.json").filter((row) => TASKS.includes(row.task));

for (const lengths of [null, [16, 24, 32]]) {
  test(`answers with the lengths ${lengths ?? "of texts"}`, async () => {
    assert.equal(new Set(ROWS.map((row) => row.task)).size, TASKS.length);
    for (const { task, text, answer } of ROWS) {
      const file = await bundle(task);
      const asked = open(file, numbers(task, file.labels.length, lengths));
      const isQuestion = task === "question_answering";
      const texts = isQuestion ? ["Who wrote in London?", text] : [text];
      compare(plain(await asked.answer(...texts)), answer, `${task} ${text}`);
    }
  });
}

test("a question without words has no answer", async () => {
  const file = await bundle("question_answering");
  const asked = open(file, numbers(file.task, 0, null));
  for (const texts of [["", "a"], ["a", ""], ["\u200b", "\ud800"]]) {
    const { best, effort } = await asked.answer(...texts);
    assert.deepEqual(best, { text: "", start: -1, end: -1, score: 1 });
    assert.equal(effort.sequences, 0);
  }
});

test("what does not fit is counted", async () => {
  const file = await bundle("classification");
  const asked = open(file, numbers(file.task, 3, null));
  const { effort } = await asked.answer("a ".repeat(50));
  assert.deepEqual(effort, { sequences: 1, tokens: 32, truncated: 20 });
});

test("a task that the page does not have is refused", async () => {
  const file = await bundle("regression");
  assert.throws(() => open(file, numbers(file.task, 1, null)), /regression/);
});

test("damaged files are refused with a message", async () => {
  const whole = bytes("english.bundle");
  for (let place = 0; place < whole.length; place += 4999) {
    await assert.rejects(ModelFile.read(whole.slice(0, place)), isTold);
    const other = whole.slice();
    other[place] ^= 255;
    await assert.rejects(ModelFile.read(other), isTold);
  }
});

/** @param {Error} error */
function isTold(error) {
  return error.constructor.name === "InvalidModelError";
}

/** `sequence_outputs` of golden_vectors.py. */
function numbers(task, labels, lengths) {
  const run = async ({ token_ids: ids }) => {
    const all = [...ids];
    const sum = all.reduce((a, b) => a + b, 0);
    const row = (id, token, size) =>
      Array.from({ length: size }, (_, label) => logit(token, label, id));
    if (task === "question_answering") {
      return {
        start_logits: floats(all.map((id, token) => logit(token, 0, id))),
        end_logits: floats(all.map((id, token) => logit(token, 1, id))),
      };
    }
    if (task === "classification") return { logits: floats(row(sum, 0, labels)) };
    const tags = Array.from({ length: labels + 1 }, (_, tag) => tag);
    return {
      logits: floats(all.flatMap((id, token) => row(id, token, labels))),
      intent_logits: floats(row(sum, 0, 2)),
      transitions: floats(tags.flatMap((tag) => row(5, tag, labels))),
    };
  };
  return { lengths, run };
}

function logit(row, column, number) {
  return ((number * 31 + column * 17 + row * 7) % 97) / 12 - 4;
}

function floats(values) {
  return Float32Array.from(values);
}

/** An answer as golden_vectors.py writes it. */
function plain(found) {
  const plainSpan = (one) => [one.start, one.end, one.text, one.score];
  if (found.best) {
    return {
      best: plainSpan(found.best),
      words: plainSpan(found.words),
      no_answer: found.noAnswer,
      candidates: found.candidates.map(plainSpan),
    };
  }
  const labels = found.scores && {
    label: found.label,
    scores: Object.fromEntries(found.scores.map((s) => [s.label, s.score])),
  };
  const tags = found.tags && {
    tags: found.tags,
    spans: found.spans.map((s) => [s.start, s.end, s.text, s.label, s.score]),
  };
  return { ...labels, ...tags };
}

function compare(found, expected, where) {
  if (typeof expected === "number") {
    assert.ok(Math.abs(found - expected) < 1e-6, `${where}: ${found}`);
  } else if (typeof expected === "object") {
    assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const name of Object.keys(expected)) {
      compare(found[name], expected[name], `${where} ${name}`);
    }
  } else {
    assert.equal(found, expected, where);
  }
}
