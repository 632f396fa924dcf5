// Draws a tree as boxes on a canvas: only what is inside the window and at least half a pixel wide.

import { KINDS, moduleName } from "./model.js";
import { fill, theme } from "./colors.js";
import { count, fit, withoutArguments } from "./format.js";

export const ROW = 20;
const NARROWEST = 0.5;

export class Painter {
  constructor(canvas, model) {
    this.canvas = canvas;
    this.model = model;
    this.context = canvas.getContext("2d");
    this.letter = 0;
    this.shorts = new Map();
    this.fills = new Map();
    this.rows = [];
    this.rests = [];
  }

  resetColors() {
    this.fills.clear();
  }

  // Every box in sight, by row: rows[depth] = { left: [], right: [], id: [] }, left to right. Boxes too narrow to be drawn are one
  // grey box together, whose id is below -1: see rest().
  layout(tree, zoom, width) {
    const rows = [];
    const chain = [];
    for (let id = zoom; id !== -1; id = tree.parent(id)) chain.push(id);
    chain.reverse();
    chain.forEach((id) => rows.push({ left: [0], right: [width], id: [id] }));
    const all = tree.total(zoom);
    this.rests = [];
    if (all > 0) {
      const scale = width / all;
      // An explicit stack: real stacks can be thousands of frames deep.
      const stack = [[zoom, 0, chain.length]];
      while (stack.length > 0) {
        const [id, left, depth] = stack.pop();
        const kids = tree.children(id);
        const pending = [];
        let x = left;
        for (let k = 0; k < kids.length; k++) {
          let w = tree.total(kids[k]) * scale, id = kids[k];
          if (w < NARROWEST) {
            // Heaviest first: the rest is narrower still.
            let total = 0;
            for (let r = k; r < kids.length; r++) total += tree.total(kids[r]);
            w = total * scale;
            if (w < NARROWEST) break;
            this.rests.push({ count: kids.length - k, total });
            id = -1 - this.rests.length;
            k = kids.length;
          } else {
            pending.push([id, x, depth + 1]);
          }
          const row = (rows[depth] ??= { left: [], right: [], id: [] });
          row.left.push(x);
          row.right.push(x + w);
          row.id.push(id);
          x += w;
        }
        for (let p = pending.length - 1; p >= 0; p--) stack.push(pending[p]);
      }
    }
    this.rows = rows;
    this.chain = chain.length;
    this.width = width;
    return rows.length;
  }

  // The part of the rows that a window of `height` pixels at `scroll` shows.
  paint({ tree, scroll, height, up, hit, hover, selected, rootLabel }) {
    const { canvas, context: g, width } = this;
    const ratio = globalThis.devicePixelRatio || 1;
    const w = Math.round(width * ratio), h = Math.round(height * ratio);
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    g.font = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
    g.textBaseline = "middle";
    this.letter ||= g.measureText("abcdefghijklmnopqrstuvwxyz::_ABC").width / 32;
    const colors = theme();
    const first = Math.max(0, Math.floor(scroll / ROW)), last = Math.min(this.rows.length - 1, Math.floor((scroll + height) / ROW));
    for (let place = first; place <= last; place++) {
      const depth = up ? this.rows.length - 1 - place : place;
      const row = this.rows[depth];
      const y = place * ROW - scroll;
      for (let b = 0; b < row.id.length; b++) {
        const id = row.id[b], rest = this.rest(id), frame = rest ? -2 : tree.frame(id), x = row.left[b], boxWidth = row.right[b] - x;
        const isHit = hit && frame >= 0 && hit[frame];
        g.globalAlpha = (hit && !isHit ? colors.dim : 1) * (depth < this.chain - 1 ? 0.55 : 1);
        g.fillStyle = isHit ? colors.hit : this.fillOf(frame, colors);
        g.fillRect(x, y, Math.max(boxWidth - (boxWidth > 3 ? 1 : 0.2), 0.4), ROW - 1);
        g.globalAlpha = hit && !isHit ? 0.55 : depth < this.chain - 1 ? 0.8 : 1;
        if (boxWidth > 26) {
          const text = rest ? (boxWidth > 90 ? `${count(rest.count)} too narrow` : "") : frame < 0 ? rootLabel : this.label(frame, Math.floor((boxWidth - 9) / this.letter));
          if (text) {
            g.fillStyle = isHit ? colors.hitText : colors.text;
            g.fillText(text, x + 5, y + ROW / 2, boxWidth - 7);
          }
        }
        if (id === selected || id === hover) {
          g.globalAlpha = 1;
          g.strokeStyle = colors.outline;
          g.lineWidth = id === selected ? 2 : 1.25;
          g.strokeRect(x + 0.75, y + 0.75, Math.max(boxWidth - 2.5, 1), ROW - 2.5);
        }
      }
    }
    g.globalAlpha = 1;
  }

  fillOf(frame, colors) {
    let color = this.fills.get(frame);
    if (!color) {
      color = frame < 0 ? fill(colors, frame === -2 ? "unresolved" : "group", "", "") : fill(colors, KINDS[this.model.frames.kind[frame]], moduleName(this.model, frame), this.model.frames.name[frame]);
      this.fills.set(frame, color);
    }
    return color;
  }

  // What a grey box stands for; undefined for ordinary boxes.
  rest(id) {
    return id < -1 ? this.rests[-2 - id] : undefined;
  }

  label(frame, letters) {
    const name = this.model.frames.name[frame];
    if (name.length <= letters) return name;
    let short = this.shorts.get(frame);
    if (short === undefined) this.shorts.set(frame, (short = withoutArguments(name)));
    return fit(name, short, letters);
  }

  // The box under a point of the canvas; -1 where there is none.
  at(x, y, scroll, up) {
    const place = Math.floor((y + scroll) / ROW);
    const row = this.rows[up ? this.rows.length - 1 - place : place];
    if (!row) return -1;
    let low = 0, high = row.left.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (x < row.left[middle]) high = middle - 1;
      else if (x >= row.right[middle]) low = middle + 1;
      else return row.id[middle];
    }
    return -1;
  }

  // Where a box is: its row's place from the top and its edges; null when it is too narrow to be drawn.
  find(id, up) {
    for (let depth = 0; depth < this.rows.length; depth++) {
      const b = this.rows[depth].id.indexOf(id);
      if (b >= 0) return { place: up ? this.rows.length - 1 - depth : depth, left: this.rows[depth].left[b], right: this.rows[depth].right[b] };
    }
    return null;
  }
}
