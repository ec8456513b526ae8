// Compares tokens with those of Python: node compare.js FILE, for each line of
// which `web_tokens.py` wrote a tokenizer or a text with its tokens.
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { JsonObject } from "../../src/model/json_object.js";
import { readTokenizer } from "../../src/tokenizers/tokenizer_reader.js";

const lines = createInterface({ input: createReadStream(process.argv[2]) });
let tokenizer;
let compared = 0;
let different = 0;
for await (const line of lines) {
  const row = JSON.parse(line);
  if (row.configuration) {
    const configuration = new JsonObject(row.configuration, "the tokenizer");
    const bytes = new Uint8Array(readFileSync(row.vocabulary));
    tokenizer = readTokenizer(configuration, bytes);
    continue;
  }
  const tokens = tokenizer.cut(row.text);
  const found = tokens.map(({ id, start, end }) => [id, start, end]);
  compared += 1;
  if (JSON.stringify(found) === JSON.stringify(row.tokens)) continue;
  different += 1;
  if (different < 4) {
    const text = JSON.stringify(row.text).slice(0, 200);
    console.log(text, JSON.stringify(found), JSON.stringify(row.tokens));
  }
}
console.log(`${compared} texts, ${different} differences`);
process.exitCode = different > 0 ? 1 : 0;
