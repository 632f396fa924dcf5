// Trees to draw. All have: root, frame(id), total(id), self(id), parent(id), children(id) heaviest first.

// The stacks as they are, outermost function first.
export class CallTree {
  constructor(view) {
    this.view = view;
    this.nodes = view.model.nodes;
    this.root = this.nodes.count;
    this.sorted = new Map();
  }

  frame(id) { return id === this.root ? -1 : this.nodes.frame[id]; }
  total(id) { return this.view.total[id]; }
  self(id) { return id === this.root ? 0 : this.view.self[id]; }
  parent(id) { return id === this.root ? -1 : this.nodes.parent[id] < 0 ? this.root : this.nodes.parent[id]; }

  children(id) {
    let kids = this.sorted.get(id);
    if (kids) return kids;
    const { first, list, frame } = this.nodes, { total } = this.view;
    kids = [];
    for (let c = first[id]; c < first[id + 1]; c++) if (total[list[c]] > 0) kids.push(list[c]);
    if (kids.length > 1) kids.sort((a, b) => total[b] - total[a] || frame[a] - frame[b]);
    this.sorted.set(id, kids);
    return kids;
  }
}

// Stacks merged from the other side: made one step at a time, where somebody looks.
class MergedTree {
  constructor(view) {
    this.view = view;
    this.nodes = view.model.nodes;
    this.frames = [];
    this.totals = [];
    this.selfs = [];
    this.parents = [];
    this.entries = [];
    this.kids = [];
    this.root = 0;
  }

  add(parent, frame, total, self, entries) {
    this.frames.push(frame);
    this.totals.push(total);
    this.selfs.push(self);
    this.parents.push(parent);
    this.entries.push(entries);
    this.kids.push(null);
    return this.frames.length - 1;
  }

  frame(id) { return this.frames[id]; }
  total(id) { return this.totals[id]; }
  self(id) { return this.selfs[id]; }
  parent(id) { return this.parents[id]; }

  children(id) {
    if (this.kids[id]) return this.kids[id];
    const groups = new Map();
    this.expand(this.entries[id], id, (frame, node, weight, self) => {
      let group = groups.get(frame);
      if (!group) groups.set(frame, (group = { total: 0, self: 0, nodes: [], weights: [] }));
      group.total += weight;
      group.self += self;
      group.nodes.push(node);
      group.weights.push(weight);
    });
    const kids = [];
    for (const [frame, group] of groups) kids.push(this.add(id, frame, group.total, group.self, group));
    const { totals, frames } = this;
    if (kids.length > 1) kids.sort((a, b) => totals[b] - totals[a] || frames[a] - frames[b]);
    return (this.kids[id] = kids);
  }
}

// Who called: from a function, or from every function that was running (all = the whole inverted graph).
export class CallerTree extends MergedTree {
  constructor(view, frame = -1) {
    super(view);
    const entries = { nodes: [], weights: [] };
    let total = 0;
    const { count, outer } = this.nodes;
    for (let i = 0; i < count; i++) {
      const weight = frame < 0 ? view.self[i] : this.nodes.frame[i] === frame && outer[i] ? view.total[i] : 0;
      if (weight <= 0) continue;
      entries.nodes.push(i);
      entries.weights.push(weight);
      total += weight;
    }
    this.inverted = frame < 0;
    this.add(-1, frame, total, 0, entries);
  }

  expand(entries, id, emit) {
    const { parent, frame } = this.nodes;
    const top = this.inverted && id === this.root;
    for (let i = 0; i < entries.nodes.length; i++) {
      const node = top ? entries.nodes[i] : parent[entries.nodes[i]];
      if (node >= 0) emit(frame[node], node, entries.weights[i], top ? entries.weights[i] : 0);
    }
  }
}

// What a function called, wherever it was called from.
export class CalleeTree extends MergedTree {
  constructor(view, frame) {
    super(view);
    const entries = { nodes: [], weights: [] };
    let total = 0, self = 0;
    const { count, outer } = this.nodes;
    for (let i = 0; i < count; i++) {
      if (this.nodes.frame[i] !== frame || !outer[i] || view.total[i] <= 0) continue;
      entries.nodes.push(i);
      total += view.total[i];
      self += view.self[i];
    }
    this.add(-1, frame, total, self, entries);
  }

  expand(entries, id, emit) {
    const { first, list, frame } = this.nodes;
    for (const node of entries.nodes)
      for (let c = first[node]; c < first[node + 1]; c++) {
        const child = list[c];
        if (this.view.total[child] > 0) emit(frame[child], child, this.view.total[child], this.view.self[child]);
      }
  }
}
