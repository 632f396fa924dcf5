// The report's data, decoded into columns, and what is computed from it. Nothing here touches the page.

export const KINDS = ["user", "kernel", "inlined", "unresolved", "jit", "group"];
const UNRESOLVED = 3, GROUP = 5;

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
    rows: readRows(data.rows),
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

// The samples as columns; null when the report holds sums only. A column is differences from row to row, zigzag, in LEB128, in base64.
function readRows(rows) {
  if (!rows) return null;
  const { count } = rows;
  const ints = (text, size = count) => (text === null ? null : Int32Array.from(decode(text, size), Number));
  const event = count ? ints(rows.event) : new Int32Array(0);
  const ofEvent = new Map();
  event.forEach((e, row) => (ofEvent.get(e) ?? ofEvent.set(e, []).get(e)).push(row));
  return {
    ...rows,
    event,
    node: ints(rows.node),
    thread: ints(rows.thread),
    weight: rows.weight && Float64Array.from(decode(rows.weight, count), Number),
    n: rows.n && Float64Array.from(decode(rows.n, count), Number),
    cpu: ints(rows.cpu),
    time: rows.time && decode(rows.time, count),
    origin: BigInt(rows.origin),
    exact: !rows.n,
    fields: rows.fields.map((field) => {
      const own = ofEvent.get(field.event) ?? [], at = new Int32Array(count).fill(-1);
      ints(field.at, own.length)?.forEach((value, i) => (at[own[i]] = value));
      return { ...field, at, text: !field.numbers && field.kind !== "Ip6", numbers: field.numbers?.map(BigInt) ?? null };
    }),
  };
}

function decode(text, count) {
  const bytes = atob(text), column = new BigInt64Array(count);
  let at = 0, last = 0n;
  for (let i = 0; i < count; i++) {
    // Nearly all fit a plain number, which is much faster.
    let low = 0, scale = 1, byte;
    let high = 0n, shift = 0n;
    do {
      byte = bytes.charCodeAt(at++);
      if (scale < 2 ** 49) {
        low += (byte & 127) * scale;
        scale *= 128;
        shift += 7n;
      } else {
        high |= BigInt(byte & 127) << shift;
        shift += 7n;
      }
    } while (byte > 127);
    const bits = BigInt(low) | high;
    last = BigInt.asIntN(64, last + ((bits >> 1n) ^ -(bits & 1n)));
    column[i] = last;
  }
  return column;
}

// The model of those rows alone whose byte is 1: everything that is counted is counted again.
export function narrow(model, keep) {
  const { rows, timeline } = model;
  const self = model.nodes.self.map(() => new Float64Array(model.nodes.count));
  const through = new Float64Array(model.nodes.count);
  const samples = model.events.map(() => 0);
  const threads = model.threads.map(() => model.events.map(() => 0));
  const bins = timeline && rows.time ? timeline.counts.map((column) => new Array(column.length).fill(0)) : null;
  const start = timeline && rows.origin + BigInt(timeline.start);
  let kept = 0, unresolved = 0;
  for (let row = 0; row < rows.count; row++) {
    if (!keep[row]) continue;
    const event = rows.event[row], node = rows.node[row], n = rows.n ? rows.n[row] : 1;
    kept += n;
    samples[event] += n;
    threads[rows.thread[row]][event] += n;
    if (node >= 0) {
      self[event][node] += rows.weight[row];
      through[node] += n;
      if (model.frames.kind[model.nodes.frame[node]] === UNRESOLVED) unresolved += n;
    }
    if (bins) {
      const bin = Number(rows.time[row] - start) / timeline.bin;
      bins[event][Math.max(0, Math.min(bins[event].length - 1, Math.floor(bin)))] += n;
    }
  }
  return {
    ...model,
    whole: model,
    nodes: { ...model.nodes, self },
    events: model.events.map((event, i) => ({ ...event, samples: samples[i] })),
    totals: { ...model.totals, samples: kept, filtered: model.totals.filtered + model.totals.samples - kept, unresolved },
    threads: model.threads.map((thread, i) => ({ ...thread, samples: threads[i] })),
    modules: countModules(model, through),
    timeline: bins ? { ...timeline, counts: bins } : timeline,
    histograms: model.histograms.map((histogram) => recount(histogram, rows, keep)).filter((histogram) => histogram.counts.some((n) => n > 0)),
    views: [],
  };
}

// Samples through each module: a stack counts once, however often it comes back.
function countModules(model, through) {
  const { parent, frame, count } = model.nodes, { module } = model.frames;
  const total = through.slice(), samples = model.modules.map(() => 0);
  for (let node = count - 1; node >= 0; node--) {
    if (parent[node] >= 0) total[parent[node]] += total[node];
    const own = module[frame[node]];
    let above = total[node] > 0 && own >= 0 ? parent[node] : -2;
    while (above >= 0 && module[frame[above]] !== own) above = parent[above];
    if (above === -1) samples[own] += total[node];
  }
  return model.modules.map((entry, i) => ({ ...entry, samples: samples[i] }));
}

function recount(histogram, rows, keep) {
  const field = rows.fields.find((f) => f.event === histogram.event && f.name === histogram.field && f.numbers);
  if (!field) return histogram;
  const times = field.numbers.map(() => 0);
  for (let row = 0; row < rows.count; row++) if (keep[row] && field.at[row] >= 0) times[field.at[row]] += rows.n ? rows.n[row] : 1;
  const values = field.numbers.map((value, i) => ({ value: Number(value), n: times[i] })).filter(({ n }) => n > 0).sort((a, b) => a.value - b.value);
  const all = values.reduce((sum, { n }) => sum + n, 0);
  const counts = histogram.low.map((low, i) => values.reduce((sum, { value, n }) => sum + (value >= low && value <= histogram.high[i] ? n : 0), 0));
  const percentile = (p) => {
    let left = Math.max(1, Math.ceil((all * p) / 100));
    return values.find(({ n }) => (left -= n) <= 0)?.value ?? 0;
  };
  const mean = all > 0 ? values.reduce((sum, { value, n }) => sum + value * n, 0) / all : 0;
  return { ...histogram, counts, mean, min: values[0]?.value ?? 0, p50: percentile(50), p90: percentile(90), p99: percentile(99), max: values.at(-1)?.value ?? 0 };
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
