// Writes src/unicode/tables.js from the tables of the Kotlin library, so that
// both have the same ones, of Python's `unicodedata`.
import { readFileSync, writeFileSync } from "node:fs";

const SOURCE = new URL(
  "../core/src/main/kotlin/io/github/alberttf/unicode/UnicodeTables.kt",
  import.meta.url,
);
const TARGET = new URL("src/unicode/tables.js", import.meta.url);

const kotlin = readFileSync(SOURCE, "utf8");
const version = /VERSION = "([\d.]+)"/.exec(kotlin)?.[1];
const lines = [`export const VERSION = "${version}";`];
for (const [, name, list] of kotlin.matchAll(/val (\w+) =\s+listOf\(([^)]*)\)/g)) {
  const text = [...list.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
  lines.push(`export const ${name} = "${text}";`);
}
if (lines.length !== 6) throw new Error("UnicodeTables.kt has other tables");
writeFileSync(TARGET, `${lines.join("\n")}\n`);
