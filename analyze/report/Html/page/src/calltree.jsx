// The stacks as a table whose rows open.

import { useMemo, useState } from "preact/hooks";
import { KINDS, moduleName } from "./model.js";
import { CallerTree, CallTree } from "./trees.js";
import { Bar } from "./table.jsx";
import { count, percent, value } from "./format.js";

const MOST = 2000;
const SIBLINGS = 40;

export function CallTreeView({ view, onOpen }) {
  const { model, unit, all } = view;
  const [inverted, setInverted] = useState(false);
  const tree = useMemo(() => (inverted ? new CallerTree(view) : new CallTree(view)), [view, inverted]);
  const start = useMemo(() => hotPath(tree, tree.root, new Set()), [tree]);
  const [state, setState] = useState({ tree: null, open: null });
  const open = state.tree === tree ? state.open : start;
  const change = (next) => setState({ tree, open: next });

  const toggle = (id) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    change(next);
  };
  const rows = [];
  const visit = (id, level) => {
    const kids = tree.children(id);
    for (let k = 0; k < kids.length && rows.length < MOST; k++) {
      if (k === SIBLINGS && !open.has(`all${id}`)) {
        rows.push({ id: `all${id}`, level, rest: kids.length - k });
        break;
      }
      rows.push({ id: kids[k], level });
      if (open.has(kids[k])) visit(kids[k], level + 1);
    }
  };
  visit(tree.root, 1);

  const key = (event, row, index) => {
    const expandable = tree.children(row.id).length > 0;
    const focus = (to) => event.currentTarget.parentElement.children[to]?.focus();
    const actions = {
      ArrowDown: () => focus(index + 1),
      ArrowUp: () => focus(index - 1),
      ArrowRight: () => (expandable && !open.has(row.id) ? toggle(row.id) : focus(index + 1)),
      ArrowLeft: () => (open.has(row.id) ? toggle(row.id) : focus(rows.findIndex((r) => r.id === tree.parent(row.id)))),
      Enter: () => expandable && toggle(row.id),
      o: () => onOpen(tree.frame(row.id)),
    };
    if (!actions[event.key] || event.target !== event.currentTarget) return;
    event.preventDefault();
    actions[event.key]();
  };

  return (
    <section aria-label="Call tree">
      <div class="toolbar">
        <div class="segmented" role="group" aria-label="Direction">
          <button type="button" aria-pressed={!inverted} onClick={() => setInverted(false)}>Callers first</button>
          <button type="button" aria-pressed={inverted} onClick={() => setInverted(true)}>Inverted</button>
        </div>
        <button type="button" onClick={() => change(hotPath(tree, tree.root, new Set(open)))}>Open the hot path</button>
        <button type="button" onClick={() => change(new Set())}>Close all</button>
      </div>
      <div class="scroll">
        <table class="data tree" role="treegrid" aria-label="Call tree">
          <thead><tr><th class="number">Total</th><th class="number">{unit === "ns" ? "Total time" : "Total, n"}</th><th class="number">Self</th><th class="wide">Function</th><th>Module</th></tr></thead>
          <tbody>
            {rows.map((row, index) => (row.rest
              ? <tr key={row.id}><td /><td /><td /><td class="wide none" style={{ paddingLeft: `${row.level * 16 + 18}px` }}><button type="button" class="link" onClick={() => toggle(row.id)}>Show {count(row.rest)} smaller ones</button></td><td /></tr>
              : <Row key={row.id} {...{ view, model, unit, all, tree, row, index, open, toggle, onOpen }} onKey={(event) => key(event, row, index)} />))}
          </tbody>
        </table>
      </div>
      {rows.length >= MOST && <p class="hint">Only the first {count(MOST)} rows are shown: close some.</p>}
    </section>
  );
}

function Row({ view, model, unit, all, tree, row, index, open, toggle, onOpen, onKey }) {
  const frame = tree.frame(row.id), expandable = tree.children(row.id).length > 0, isOpen = open.has(row.id);
  return (
    <tr tabIndex={index === 0 ? 0 : -1} aria-level={row.level} aria-expanded={expandable ? isOpen : undefined} onKeyDown={onKey}>
      <td class="number"><Bar part={tree.total(row.id)} all={all}>{percent(tree.total(row.id), all)}</Bar></td>
      <td class="number">{value(tree.total(row.id), unit)}</td>
      <td class="number">{tree.self(row.id) > 0 ? percent(tree.self(row.id), all) : ""}</td>
      <td class="wide" style={{ paddingLeft: `${Math.min(row.level, 60) * 16 - 6}px` }}>
        <span class="branch"><button type="button" class="twist" tabIndex={-1} aria-label={isOpen ? "Close" : "Open"} disabled={!expandable} onClick={() => toggle(row.id)}>{expandable ? (isOpen ? "▾" : "▸") : "·"}</button>
        <button type="button" class="link name" tabIndex={-1} onClick={() => onOpen(frame)}><i class={`swatch ${KINDS[model.frames.kind[frame]]}`} /><span>{model.frames.name[frame]}</span></button></span>
      </td>
      <td>{moduleName(model, frame)}</td>
    </tr>
  );
}

// Opens the heaviest child as long as it holds most of its parent.
function hotPath(tree, id, open) {
  for (let depth = 0; depth < 400; depth++) {
    const kids = tree.children(id);
    if (kids.length === 0 || tree.total(kids[0]) < tree.total(id) * 0.5) break;
    id = kids[0];
    open.add(id);
  }
  return open;
}
