// Puts the page together in build/: any server of static files can serve it.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "./build_tables.js";

const here = new URL("./", import.meta.url);
const build = new URL("build/", here);
/** Without threads: these would need headers of the server. */
const RUNTIME = [
  "core/dist/index.js",
  "core/wasm/litert_wasm_internal.js",
  "core/wasm/litert_wasm_internal.wasm",
  "core/wasm/litert_wasm_compat_internal.js",
  "core/wasm/litert_wasm_compat_internal.wasm",
  "wasm-utils/dist/index.js",
];

rmSync(build, { recursive: true, force: true });
mkdirSync(new URL("models", build), { recursive: true });
for (const file of RUNTIME) {
  const from = new URL(`node_modules/@litertjs/${file}`, here);
  cpSync(from, new URL(`litert/${file}`, build));
}
cpSync(new URL("page", here), build, { recursive: true });
cpSync(new URL("src", here), new URL("src", build), { recursive: true });
const models = new URL("models/", here);
if (existsSync(models)) {
  cpSync(models, new URL("models", build), { recursive: true });
}
writeModels();
fill("index.html", "import_map", importMapDigest());
writeWorker();

/** The list of models that the page offers, and whether it has examples. */
function writeModels() {
  const folder = new URL("models/", build);
  const files = readdirSync(folder).sort();
  const models = files
    .filter((file) => file.endsWith(".tflite"))
    .map((file) => file.replace(/\.tflite$/, ""))
    .map((name) => ({ name, hasExamples: files.includes(`${name}.json`) }));
  writeFileSync(new URL("index.json", folder), JSON.stringify(models));
}

/** What the page's policy allows as the only script within it. */
function importMapDigest() {
  const html = readFileSync(new URL("index.html", build), "utf8");
  const map = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? "";
  return createHash("sha256").update(map).digest("base64");
}

/** All files, under a name that changes when one of them does. */
function writeWorker() {
  const all = readdirSync(fileURLToPath(build), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "worker.js")
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const digest = createHash("sha256");
  for (const path of all) digest.update(readFileSync(path));
  const root = fileURLToPath(build).length;
  const files = all.map((path) => `./${path.slice(root)}`);
  fill("worker.js", "files", JSON.stringify(["./", ...files], null, 1));
  fill("worker.js", "name", `albert-${digest.digest("hex").slice(0, 16)}`);
}

/** @param {string} file @param {string} name @param {string} value */
function fill(file, name, value) {
  const path = new URL(file, build);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(`{{${name}}}`, value));
}
