// Runs tests/cases/filters against the report page's own filter: one row, the record of record.json. Prints what differs; exit code 1 if anything does.
// usage: node filter-cases.mjs FOLDER-OF-page/src CASES...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { dirname, join } from "node:path";

const [source, ...files] = process.argv.slice(2);
const { answer, FilterError } = await import(pathToFileURL(join(source, "filter/rows.js")));
const record = JSON.parse(readFileSync(join(dirname(files[0]), "record.json"), "utf8"));

const chain = record.stack.toReversed();
const modules = [...new Map(record.stack.map(({ dso, path }) => [dso, { name: dso, path }])).values()];
const model = {
  events: [{ name: record.event }],
  threads: [{ pid: record.pid, tid: record.tid, thread: record.comm }],
  modules,
  frames: {
    name: chain.map(({ sym, inlined }) => (sym === "" ? "0x12 (no symbol there)" : inlined ? `${sym} (inlined)` : sym)),
    module: chain.map(({ dso }) => modules.findIndex(({ name }) => name === dso)),
    kind: chain.map(({ sym, inlined }) => (sym === "" ? 3 : inlined ? 2 : 0)),
  },
  nodes: { count: chain.length, parent: chain.map((_, i) => i - 1), frame: chain.map((_, i) => i) },
  rows: {
    count: 1, event: [0], node: [chain.length - 1], thread: [0], cpu: [record.cpu], time: [BigInt(record.time)], weight: [Number(record.period)], exact: true,
    fields: record.fields.map((field) => ({
      ...field, event: 0, at: [0], shown: [field.shown], numbers: field.number === null ? null : [BigInt(field.number)],
      errnos: [["1", "EPERM"], ["2", "ENOENT"], ["5", "EIO"], ["11", "EWOULDBLOCK"], ["22", "EINVAL"]],
    })),
  },
};

const isLike = (open, text) => (open.endsWith("*") ? text.startsWith(open.slice(0, -1)) : open.startsWith("*") ? text.endsWith(open.slice(1)) : text === open);
let cases = 0, failed = 0;
for (const line of files.flatMap((file) => readFileSync(file, "utf8").split("\n"))) {
  if (line === "" || line.startsWith(";")) continue;
  const parts = line.split("\t"), text = parts.at(-1);
  let said;
  try {
    said = [String(answer(model, text)[0] === 1)];
  } catch (error) {
    said = error instanceof FilterError ? ["error", String(error.position + 1), error.expected, error.found] : ["exception", String(error.stack)];
  }
  cases++;
  const right = said.length === parts.length - 1 && said.every((word, i) => (i === 2 ? isLike(parts[2], word) : word === parts[i]));
  if (right) continue;
  failed++;
  console.log(`${text}\n  expected ${parts.slice(0, -1).join(" | ")}\n  said     ${said.join(" | ")}`);
}
console.log(`${cases} cases, ${failed} failed`);
process.exitCode = failed > 0 || cases === 0 ? 1 : 0;
