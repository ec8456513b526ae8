// How answers look. Everything is put in as text, never as HTML: texts and
// labels are anybody's.

const SHOWN_LABELS = 10;

/** @param {string} name @param {string} text @param {string} className */
function make(name, text = "", className = "") {
  const element = document.createElement(name);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** @param {number} score */
function percent(score) {
  return `${(100 * score).toFixed(1)} %`;
}

/**
 * What an answer has decides how it is shown.
 *
 * @param {any} answer
 * @param {string} text that its places are in
 */
export function shown(answer, text) {
  if (answer.best) return answerIn(answer.best, text);
  const parts = [];
  if (answer.label) parts.push(make("p", answer.label));
  if (answer.spans) {
    parts.push(marked(text, answer.spans));
    if (answer.spans.length === 0) parts.push(make("p", "nothing found", "dim"));
  }
  if (answer.scores) parts.push(bars(answer.scores));
  return parts;
}

/**
 * @param {import("../src/tasks/candidates.js").Answer} best
 * @param {string} text
 */
function answerIn(best, text) {
  if (best.text === "") return [make("p", "no answer"), marked(text, [])];
  const words = `${best.text} (${percent(best.score)})`;
  return [make("p", words), marked(text, [best])];
}

/** @param {import("../src/tasks/prediction.js").Scores} scores */
function bars(scores) {
  const table = make("table");
  table.append(make("caption", "probability of each label"));
  scores.slice(0, SHOWN_LABELS).forEach(({ label, score }, place) => {
    const row = make("tr", "", place === 0 ? "chosen" : "");
    const head = make("th", label);
    head.setAttribute("scope", "row");
    const cell = make("td");
    const track = make("div", "", "track");
    const bar = make("div", "", "bar");
    bar.style.width = percent(score).replace(" ", "");
    track.append(bar);
    cell.append(track);
    row.append(head, cell, make("td", percent(score), "number"));
    table.append(row);
  });
  return table;
}

/**
 * @param {string} text
 * @param {{start: number, end: number, score: number, label?: string}[]} spans
 */
function marked(text, spans) {
  const whole = make("p", "", "text");
  let last = 0;
  for (const { start, end, score, label } of spans) {
    const mark = make("mark", text.slice(start, end), label ? "label" : "");
    mark.title = percent(score);
    if (label) {
      mark.style.setProperty("--hue", String(hue(label)));
      mark.append(make("small", label));
    }
    whole.append(text.slice(last, start), mark);
    last = end;
  }
  whole.append(text.slice(last));
  return whole;
}

/** The same for a label each time. @param {string} label */
function hue(label) {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}
