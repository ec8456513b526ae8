import { LiteRtRunner } from "./src/model/litert_runner.js";
import { ModelFile } from "./src/model/model_file.js";
import { open } from "./src/tasks/open.js";
import { shown } from "./view.js";

const MEGABYTE = 2 ** 20;
const WASM = "litert/core/wasm/";

/** @type {(id: string) => any} */
const element = (id) => document.getElementById(id);

/** @type {{runner: LiteRtRunner, asked: ReturnType<typeof open>} | null} */
let model = null;
/** @type {{text: string, pair: string | null}[]} */
let examples = [];
/** @type {{name: string, hasExamples: boolean}[]} */
let shipped = [];

/** @param {string} text @param {boolean} isWrong */
function say(text, isWrong = false) {
  element("status").textContent = text;
  element("status").className = isWrong ? "wrong" : "dim";
}

/** Runs one thing at a time; what goes wrong is told. @param {() => Promise<void>} act */
async function attempt(act) {
  element("run").disabled = true;
  element("answer").setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
  }
  element("answer").setAttribute("aria-busy", "false");
  element("run").disabled = model === null;
}

/** @param {string} path */
async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} cannot be loaded`);
  return response;
}

/** @param {Uint8Array} bytes @param {string} name */
async function openModel(bytes, name) {
  model?.runner.close();
  model = null;
  clear();
  say("Loading…");
  const start = performance.now();
  const file = await ModelFile.read(bytes);
  const runner = await LiteRtRunner.open(file, WASM);
  try {
    model = { runner, asked: open(file, runner) };
  } catch (error) {
    runner.close();
    throw error;
  }
  layOut(file);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const size = (bytes.length / MEGABYTE).toFixed(1);
  const task = file.task.replaceAll("_", " ");
  say(`${name}: ${task}, ${size} MB, loaded in ${seconds} s.`);
}

/** @param {ModelFile} file */
function layOut(file) {
  const isQuestion = file.task.includes("question");
  const isClassifier = ["classification", "early_exit"].includes(file.task);
  element("second").hidden = !isQuestion && !(isClassifier && file.segments > 1);
  element("text-label").textContent = isQuestion ? "Question" : "Text";
  element("pair-label").textContent = isQuestion
    ? "Passage"
    : "Second text, if it is about two";
}

async function openShipped() {
  const { name, hasExamples } = shipped[element("model").selectedIndex];
  const response = await get(`models/${name}.tflite`);
  await openModel(new Uint8Array(await response.arrayBuffer()), name);
  if (!hasExamples) return setExamples([]);
  setExamples((await (await get(`models/${name}.json`)).json()).examples);
}

/** @param {{text: string, pair: string | null}[]} found */
function setExamples(found) {
  examples = found;
  const titles = found.map((one) => new Option(one.text));
  element("example").replaceChildren(new Option("your own text"), ...titles);
  element("example").selectedIndex = Math.min(1, found.length);
  choose();
}

function choose() {
  const one = examples[element("example").selectedIndex - 1];
  element("text").value = one?.text ?? "";
  element("pair").value = one?.pair ?? "";
  clear();
}

function clear() {
  element("answer").replaceChildren();
  element("effort").textContent = "";
}

async function run() {
  if (model === null) return;
  const text = element("text").value;
  const pair = element("second").hidden ? "" : element("pair").value;
  const start = performance.now();
  const answer = await model.asked.answer(text, pair);
  const time = performance.now() - start;
  const place = answer.best ? pair : text;
  element("answer").replaceChildren(...shown(answer, place));
  element("effort").textContent = await effortOf(answer, time);
}

/** @param {any} answer @param {number} time */
async function effortOf({ effort, savedLayers }, time) {
  const memory = (await LiteRtRunner.memory()) / MEGABYTE;
  const parts = [
    `${time.toFixed(1)} ms`,
    `${effort.tokens} tokens`,
    `${memory.toFixed(0)} MB of the runtime`,
  ];
  if (effort.sequences > 1) parts.push(`in ${effort.sequences} windows`);
  if (effort.truncated) parts.push(`${effort.truncated} tokens left out`);
  if (savedLayers != null) {
    parts.push(`${(100 * savedLayers).toFixed(0)} % of the layers left out`);
  }
  return parts.join(" · ");
}

async function begin() {
  if (!isSecureContext) {
    throw new Error("open the page by https, or from localhost");
  }
  shipped = await (await get("models/index.json")).json();
  const options = shipped.map(({ name }) => new Option(name));
  element("model").replaceChildren(...options);
  if (shipped.length > 0) await openShipped();
  else say("No model is here yet: choose a file.");
}

element("model").addEventListener("change", () =>
  attempt(openShipped),
);
element("file").addEventListener("change", () =>
  attempt(async () => {
    const [file] = element("file").files;
    if (!file) return;
    await openModel(new Uint8Array(await file.arrayBuffer()), file.name);
    setExamples([]);
  }),
);
element("example").addEventListener("change", choose);
element("form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  attempt(run);
});
for (const id of ["text", "pair"]) {
  element(id).addEventListener("input", () => {
    element("example").selectedIndex = 0;
  });
  // Control and Enter answer, as in other forms of long texts.
  element(id).addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const isRun = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (isRun) element("form").requestSubmit();
  });
}
navigator.serviceWorker?.register("worker.js");
attempt(begin);
