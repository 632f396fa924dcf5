// The report's data, decoded into columns, and what is computed from it. Nothing here touches the page.

export const KINDS = ["user", "kernel", "inlined", "unresolved", "jit", "group"];
const GROUP = 5;

export function readModel(element) {
  const data = JSON.parse(element.textContent);
  element.textContent = "";
  if (!data || data.version !== 1) throw new Error("the page holds no data of version 1");
  const { up, frame, self } = data.nodes;
  const count = up.length;
  const parent = new Int32Array(count);
  for (let i = 0; i < count; i++) parent[i] = up[i] === 0 ? -1 : i - up[i];
  const model = {
    ...data,
    nodes: { count, parent, frame: Int32Array.from(frame), self: self.map((pairs) => unpack(pairs, count)) },
    frameCount: data.frames.name.length,
    views: [],
  };
  link(model.nodes);
  markOuter(model);
  return model;
}

// Pairs of (distance to the next node with a weight, weight).
function unpack(pairs, count) {
  const column = new Float64Array(count);
  let at = -1;
  for (let i = 0; i < pairs.length; i += 2) {
    at += pairs[i];
    column[at] = pairs[i + 1];
  }
  return column;
}

// Children of node i are list[first[i] .. first[i + 1]); those of the outermost functions hang on node `count`.
function link(nodes) {
  const { count, parent } = nodes;
  const first = new Int32Array(count + 2);
  for (let i = 0; i < count; i++) first[(parent[i] < 0 ? count : parent[i]) + 1]++;
  for (let i = 0; i <= count; i++) first[i + 1] += first[i];
  const next = first.slice();
  const list = new Int32Array(count);
  for (let i = 0; i < count; i++) list[next[parent[i] < 0 ? count : parent[i]]++] = i;
  nodes.first = first;
  nodes.list = list;
}

// A node is outer when its function is nowhere above it: only those count for the function's total, or recursion would count twice.
function markOuter(model) {
  const { count, first, list, frame } = model.nodes;
  const outer = new Uint8Array(count);
  const open = new Int32Array(model.frameCount);
  const stack = [];
  for (let c = first[count]; c < first[count + 1]; c++) stack.push(list[c]);
  while (stack.length > 0) {
    const node = stack.pop();
    if (node < 0) {
      open[frame[~node]]--;
      continue;
    }
    outer[node] = open[frame[node]]++ === 0 ? 1 : 0;
    stack.push(~node);
    for (let c = first[node]; c < first[node + 1]; c++) stack.push(list[c]);
  }
  model.nodes.outer = outer;
}

// What one event says: weights of every node and function.
export function viewOf(model, event) {
  if (model.views[event]) return model.views[event];
  const { count, parent, frame, outer } = model.nodes;
  const self = model.nodes.self[event];
  const total = new Float64Array(count + 1);
  for (let i = count - 1; i >= 0; i--) {
    total[i] += self[i];
    total[parent[i] < 0 ? count : parent[i]] += total[i];
  }
  const frameSelf = new Float64Array(model.frameCount);
  const frameTotal = new Float64Array(model.frameCount);
  for (let i = 0; i < count; i++) {
    frameSelf[frame[i]] += self[i];
    if (outer[i]) frameTotal[frame[i]] += total[i];
  }
  const functions = [];
  for (let f = 0; f < model.frameCount; f++)
    if (frameTotal[f] > 0 && model.frames.kind[f] !== GROUP) functions.push(f);
  return (model.views[event] = { model, event, unit: model.events[event].unit, self, total, all: total[count], frameSelf, frameTotal, functions });
}

export function moduleName(model, frame) {
  const module = model.frames.module[frame];
  return module < 0 ? "" : model.modules[module].name;
}

// Which functions a search means: words that all occur in name or module, whatever the case; /…/ is a regular expression.
export function search(model, text) {
  text = text.trim();
  if (text === "") return null;
  const hit = new Uint8Array(model.frameCount);
  let test;
  const pattern = /^\/(.+)\/$/.exec(text);
  if (pattern) {
    let expression;
    try {
      expression = new RegExp(pattern[1], "i");
    } catch {
      return { hit, functions: 0, bad: true };
    }
    test = (name) => expression.test(name);
  } else {
    const words = text.toLowerCase().split(/\s+/);
    test = (name) => {
      const lower = name.toLowerCase();
      return words.every((word) => lower.includes(word));
    };
  }
  let functions = 0;
  for (let f = 0; f < model.frameCount; f++) {
    if (!test(`${model.frames.name[f]} ${moduleName(model, f)}`)) continue;
    hit[f] = 1;
    functions++;
  }
  return { hit, functions, bad: false };
}

// Weight of the stacks that go through any found function: each stack once.
export function weightOf(view, hit) {
  const { count, parent, frame } = view.model.nodes;
  const through = new Uint8Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    through[i] = hit[frame[i]] || (parent[i] >= 0 && through[parent[i]]) ? 1 : 0;
    if (through[i]) sum += view.self[i];
  }
  return sum;
}
