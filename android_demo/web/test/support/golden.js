import { readFileSync } from "node:fs";
import { ModelFile } from "../../src/model/model_file.js";

const FOLDER = new URL("../../../core/src/test/resources/", import.meta.url);

/** The file of a model, with zeros in the place of a network. @param {string} name */
export function bundle(name) {
  return ModelFile.read(bytes(`${name}.bundle`));
}

/** @param {string} name */
export function bytes(name) {
  return new Uint8Array(readFileSync(new URL(name, FOLDER)));
}

/** Rows of a JSON file. @param {string} name */
export function golden(name) {
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
}
