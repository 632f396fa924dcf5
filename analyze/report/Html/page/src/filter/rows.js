// Answers a filter for the rows of a report: a value once for each distinct one, a stack once for each node, a row by what it points to.

import { bind } from "./bind.js";
import { FilterError, parse } from "./parse.js";

const INLINED = 2, UNRESOLVED = 3;

// What of the filter makes no sense for any event: the first such place. null when all of it makes sense for one or another.
function findProblem(byEvent) {
  let common = null;
  const worth = (problem) => (problem.expected.startsWith("one of ") ? 0 : 2) + (problem.expected.includes("did you mean") ? 1 : 0);
  for (const problems of byEvent) {
    const here = new Map();
    for (const problem of problems) if (!here.has(problem.start)) here.set(problem.start, problem);
    if (!common) {
      common = here;
      continue;
    }
    for (const [start, problem] of common) {
      const other = here.get(start);
      if (!other) common.delete(start);
      else if (worth(other) > worth(problem)) common.set(start, other);
    }
  }
  return common && common.size > 0 ? common.get(Math.min(...common.keys())) : null;
}

// The rows that fulfil a filter, a 1 for each. Throws a FilterError.
export function answer(model, text) {
  const tree = parse(text), { rows } = model;
  const problems = model.events.map(() => []);
  const bound = model.events.map((_, event) => bind(tree, text, fieldsOf(model, event), problems[event]));
  const problem = findProblem(problems);
  if (problem) throw problem;
  const keep = new Uint8Array(rows.count);
  bound.forEach((node, event) => {
    const test = compile(node, model, event);
    for (let row = 0; row < rows.count; row++) if (rows.event[row] === event && test(row)) keep[row] = 1;
  });
  return keep;
}

export { FilterError };

// The names of an event: its own fields first, then what every sample has, as far as the page has it.
export function fieldsOf(model, event) {
  const fields = new Map();
  const add = (field) => fields.has(field.name) || fields.set(field.name, field);
  for (const field of model.rows.fields) if (field.event === event) add(field);
  const common = (name, kind, more) => add({ name, kind, text: false, unsigned: false, names: [], common: true, ...more });
  common("comm", "None", { text: true });
  common("pid", "None");
  common("tid", "None");
  if (model.rows.cpu) common("cpu", "None");
  if (model.rows.time) common("time", "Nanoseconds");
  common("event", "None", { text: true });
  if (model.rows.exact) common("period", "None", { unsigned: true });
  common("sym", "None", { text: true, frame: true });
  common("dso", "None", { text: true, frame: true });
  common("depth", "None", { unsigned: true, frame: true });
  return fields;
}

function compile(node, model, event) {
  if (node.never) return () => false;
  if (node.not) {
    const inner = compile(node.not, model, event);
    return (row) => !inner(row);
  }
  if (node.join) {
    const parts = node.parts.map((part) => compile(part, model, event));
    return node.and ? (row) => parts.every((part) => part(row)) : (row) => parts.some((part) => part(row));
  }
  if (node.place) {
    const of = nodeAnswers(node, model.nodes, model);
    return (row) => model.rows.node[row] >= 0 && of[model.rows.node[row]] === 1;
  }
  if (node.of === "fields") {
    const left = reader(node.field, model, event), right = reader(node.other, model, event);
    return (row) => {
      const a = left.number(row), b = right.number(row);
      return a !== null && b !== null && node.test(a, b);
    };
  }
  const { key, number, shown } = reader(node.field, model, event), known = new Map();
  const ask = (row) => {
    const value = node.of === "text" ? shown(row) : number(row);
    return value !== null && node.test(value);
  };
  if (!key) return ask;
  return (row) => {
    const of = key(row);
    let holds = known.get(of);
    if (holds === undefined) known.set(of, (holds = ask(row)));
    return holds;
  };
}

// How a field is read: a key for its distinct values, its number (null for none), and the value as it is shown.
function reader(field, model, event) {
  const { rows } = model;
  if (!field.common) {
    const at = (row) => field.at[row];
    const number = (row) => (at(row) < 0 || !field.numbers ? null : field.numbers[at(row)]);
    return { key: at, number, shown: (row) => (at(row) < 0 ? null : field.shown[at(row)]) };
  }
  const plain = (key, number) => ({ key, number, shown: (row) => { const v = number(row); return v === null ? null : v.toString(); } });
  const thread = (row) => model.threads[rows.thread[row]];
  switch (field.name) {
    case "comm": return { key: (row) => rows.thread[row], number: () => null, shown: (row) => thread(row).thread };
    case "pid": return plain((row) => rows.thread[row], (row) => BigInt(thread(row).pid));
    case "tid": return plain((row) => rows.thread[row], (row) => BigInt(thread(row).tid));
    case "cpu": return plain((row) => rows.cpu[row], (row) => (rows.cpu[row] < 0 ? null : BigInt(rows.cpu[row])));
    case "time": return plain(null, (row) => rows.time[row]);
    case "period": return plain((row) => rows.weight[row], (row) => BigInt(rows.weight[row]));
    case "depth": return plain((row) => rows.node[row], (row) => BigInt(depths(model.nodes, model)[rows.node[row]] ?? 0));
    default: return { key: () => 0, number: () => null, shown: () => model.events[event].name };
  }
}

// A 1 for each node whose stack fulfils the test. Parents come before children: one pass hands down what a stack has.
function nodeAnswers(test, nodes, model) {
  const { count, parent, frame } = nodes;
  const names = new Map(), fitsFrame = (f) => {
    let fits = names.get(f);
    if (fits === undefined) names.set(f, (fits = frameNames(test.property, f, model).some(test.fits)));
    return fits;
  };
  const result = new Uint8Array(count);
  for (let node = 0; node < count; node++) {
    if (test.place === "stack") {
      result[node] = (parent[node] >= 0 && result[parent[node]]) || fitsFrame(frame[node]) ? 1 : 0;
      continue;
    }
    // The concrete function at the innermost address, then those of the address that called it.
    let at = node;
    while (model.frames.kind[frame[at]] === INLINED && parent[at] >= 0) at = parent[at];
    if (test.place === "top") {
      result[node] = frameNames(test.property, frame[at], model).length > 0 && fitsFrame(frame[at]) !== test.negated ? 1 : 0;
      continue;
    }
    for (at = parent[at]; at >= 0; at = parent[at]) {
      if (fitsFrame(frame[at])) result[node] = 1;
      if (model.frames.kind[frame[at]] !== INLINED) break;
    }
  }
  return result;
}

// The forms of a frame's name that filters accept; none for what has no name.
function frameNames(property, frame, model) {
  const { frames, modules } = model, module = frames.module[frame];
  if (property === "dso") return module < 0 ? [] : [modules[module].name, modules[module].path].filter((name, i) => i === 0 || name !== "");
  if (property === "srcline" || frames.kind[frame] === UNRESOLVED) return [];
  const name = frames.name[frame];
  return [frames.kind[frame] === INLINED ? name.replace(/ \(inlined\)$/, "") : name];
}

// Addresses from the outermost: inlined functions do not count.
function depths(nodes, model) {
  if (nodes.depth) return nodes.depth;
  const depth = new Int32Array(nodes.count);
  for (let i = 0; i < nodes.count; i++) depth[i] = (nodes.parent[i] >= 0 ? depth[nodes.parent[i]] : 0) + (model.frames.kind[nodes.frame[i]] === INLINED ? 0 : 1);
  return (nodes.depth = depth);
}
