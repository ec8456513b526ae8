// Tokens and places are those of Python, on the golden vectors of the Kotlin
// library; with TEXTS=file on those of a file in the same form.
import assert from "node:assert/strict";
import test from "node:test";
import { bundle, golden } from "./support/golden.js";

for (const language of ["english", "chinese"]) {
  test(`${language} vectors`, async () => {
    const { tokenizer } = await bundle(language);
    const rows = golden(`${language}_tokens.json`);
    assert.ok(rows.length > 100);
    for (const { units, ids, starts, ends } of rows) {
      const text = String.fromCharCode(...units);
      const tokens = tokenizer.cut(text);
      const where = JSON.stringify(text);
      assert.deepEqual(tokens.map((token) => token.id), ids, where);
      assert.deepEqual(tokens.map((token) => token.start), starts, where);
      assert.deepEqual(tokens.map((token) => token.end), ends, where);
    }
  });
}
