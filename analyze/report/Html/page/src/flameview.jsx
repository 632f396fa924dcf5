// The flame graph's tab: search, direction, breadcrumbs, legend.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { KINDS, search, weightOf } from "./model.js";
import { CallerTree, CallTree } from "./trees.js";
import { Flame } from "./flame.jsx";
import { count, percent, unitName, withoutArguments } from "./format.js";

const LEGEND = { user: "program", kernel: "kernel", inlined: "inlined", jit: "JIT code", unresolved: "no name", group: "group" };

export function FlameView({ view, query, setQuery, onOpen }) {
  const { model } = view;
  const [inverted, setInverted] = useState(false);
  const [zoom, setZoom] = useState({ tree: null, id: -1 });
  const field = useRef(null);
  const tree = useMemo(() => (inverted ? new CallerTree(view) : new CallTree(view)), [view, inverted]);
  const at = zoom.tree === tree ? zoom.id : tree.root;
  const found = useMemo(() => search(model, query), [model, query]);
  const weight = useMemo(() => (found && found.functions > 0 ? weightOf(view, found.hit) : 0), [view, found]);
  const kinds = useMemo(() => {
    const seen = new Set();
    for (const frame of view.functions) seen.add(KINDS[model.frames.kind[frame]]);
    return Object.keys(LEGEND).filter((kind) => seen.has(kind));
  }, [view]);

  useEffect(() => {
    const onKey = (event) => {
      if (event.key !== "/" || event.target.closest?.("input, textarea")) return;
      event.preventDefault();
      field.current.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const go = (id) => setZoom({ tree, id });
  const path = [];
  for (let id = at; id !== -1; id = tree.parent(id)) path.unshift(id);
  const name = (id) => (tree.frame(id) < 0 ? "all" : withoutArguments(model.frames.name[tree.frame(id)]));
  const shown = path.length > 7 ? [path[0], -2, ...path.slice(-5)] : path;

  return (
    <section aria-label="Flame graph">
      <div class="toolbar">
        <label class="search">
          <span class="sr-only">Search functions</span>
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="4.5" fill="none" stroke="currentColor" stroke-width="1.6" /><path d="m10.5 10.5 3.5 3.5" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" /></svg>
          <input ref={field} type="search" id="search" placeholder="Search functions and modules" spellcheck={false} autocomplete="off" value={query}
            onInput={(event) => setQuery(event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && setQuery("")} />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <output class="found" id="found" aria-live="polite">
          {found && (found.bad ? "not a regular expression" : found.functions === 0 ? "nothing found"
            : <><strong>{percent(weight, view.all)}</strong>{` of ${unitName(view.unit)} · ${count(found.functions)} ${found.functions === 1 ? "function" : "functions"}`}</>)}
        </output>
        <span class="grow" />
        <div class="segmented" role="group" aria-label="Direction">
          <button type="button" aria-pressed={!inverted} onClick={() => setInverted(false)} title="Outermost functions on top, what they call below">Callers first</button>
          <button type="button" aria-pressed={inverted} id="invert" onClick={() => setInverted(true)} title="Running functions on top, who called them below">Inverted</button>
        </div>
        <button type="button" id="reset" disabled={at === tree.root} onClick={() => go(tree.root)}>Reset zoom</button>
      </div>
      <nav class="crumbs" aria-label="Zoomed to">
        <ol>
          {shown.map((id) => (id === -2
            ? <li key="gap" aria-hidden="true">…</li>
            : <li key={id}>{id === at ? <span aria-current="location">{name(id)}</span> : <button type="button" class="link" onClick={() => go(id)}>{name(id)}</button>}</li>))}
        </ol>
        <span class="crumb-share">{percent(tree.total(at), view.all)}</span>
      </nav>
      <Flame view={view} tree={tree} zoom={at} onZoom={go} hit={found && !found.bad && found.functions > 0 ? found.hit : null} height={Math.max(360, Math.round(innerHeight * 0.66))}
        label={inverted ? "Inverted flame graph" : "Flame graph"} rootLabel={`all ${model.events[view.event].name}`} onOpen={onOpen} />
      <p class="hint">
        <span class="legend">{kinds.map((kind) => <span key={kind}><i class={`swatch ${kind}`} />{LEGEND[kind]}</span>)}</span>
        <span>Width is {unitName(view.unit)}. Click a box to zoom, double-click to open the function; with the keyboard: Tab into the graph, arrows, Enter, Esc, O.</span>
      </p>
    </section>
  );
}
