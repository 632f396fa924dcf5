// A flame graph: the canvas, its pointer and keys, the tooltip, and the words that a screen reader hears.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { KINDS, moduleName } from "./model.js";
import { Painter, ROW } from "./painter.js";
import { count, percent, value, unitName } from "./format.js";

export function Flame({ view, tree, zoom, onZoom, hit, up = false, height, label, rootLabel, onOpen }) {
  const { model } = view;
  const holder = useRef(null), canvas = useRef(null), painter = useRef(null);
  const [hover, setHover] = useState(null); // { id, x, y }
  const [selected, setSelected] = useState(-1);
  const [width, setWidth] = useState(0);
  const [rows, setRows] = useState(1);
  const [redraw, setRedraw] = useState(0);

  useLayoutEffect(() => {
    painter.current = new Painter(canvas.current, model);
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(holder.current);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => {
      painter.current.resetColors();
      setRedraw((n) => n + 1);
    };
    dark.addEventListener("change", repaint);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", repaint);
    };
  }, []);

  useLayoutEffect(() => {
    if (width <= 0) return;
    setRows(painter.current.layout(tree, zoom, width));
    setHover(null);
    setRedraw((n) => n + 1);
  }, [tree, zoom, width]);

  const inner = Math.max(rows, 1) * ROW;
  const windowHeight = Math.max(Math.min(height, inner), ROW);

  // Upward graphs have their root at the bottom: begin there.
  useLayoutEffect(() => {
    holder.current.scrollTop = up ? holder.current.scrollHeight : 0;
    setRedraw((n) => n + 1);
  }, [tree, zoom, up, rows]);
  // A zoom from outside (breadcrumb, reset) leaves nothing selected.
  useLayoutEffect(() => {
    if (selected !== zoom) setSelected(-1);
  }, [tree, zoom]);

  // Several changes in one frame are one painting.
  const frame = useRef(0), latest = useRef(null);
  latest.current = () => {
    frame.current = 0;
    if (width <= 0 || !holder.current) return;
    painter.current.paint({ tree, up, hit, hover: hover?.id ?? -1, selected, rootLabel, scroll: holder.current.scrollTop, height: windowHeight });
  };
  useLayoutEffect(() => {
    frame.current ||= requestAnimationFrame(() => latest.current());
  }, [redraw, hit, hover?.id, selected, rows, windowHeight, width, up]);

  const locate = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return painter.current.at(event.clientX - box.left, event.clientY - box.top, holder.current.scrollTop, up);
  };
  const move = (event) => {
    const id = locate(event);
    setHover(id === -1 ? null : { id, x: event.clientX, y: event.clientY });
  };
  const click = (event) => {
    const id = locate(event);
    if (id < 0) return;
    setSelected(id);
    onZoom(id);
  };

  const show = (id) => {
    setSelected(id);
    const place = painter.current.find(id, up)?.place;
    if (place === undefined) return;
    const top = place * ROW, port = holder.current;
    if (top < port.scrollTop) port.scrollTop = top;
    else if (top + ROW > port.scrollTop + windowHeight) port.scrollTop = top + ROW - windowHeight;
  };
  const step = (id, by) => {
    const parent = tree.parent(id);
    if (parent === -1) return;
    const siblings = tree.children(parent);
    const next = siblings[siblings.indexOf(id) + by];
    if (next !== undefined && painter.current.find(next, up)) show(next);
  };
  const key = (event) => {
    const at = selected === -1 ? zoom : selected;
    const deeper = () => {
      const kid = tree.children(at)[0];
      if (kid !== undefined && painter.current.find(kid, up)) show(kid);
    };
    const outer = () => tree.parent(at) !== -1 && show(tree.parent(at));
    const actions = {
      ArrowDown: () => (selected === -1 ? show(at) : up ? outer() : deeper()),
      ArrowUp: () => (selected === -1 ? show(at) : up ? deeper() : outer()),
      ArrowLeft: () => step(at, -1),
      ArrowRight: () => step(at, 1),
      Home: () => show(tree.root),
      Enter: () => onZoom(at),
      " ": () => onZoom(at),
      Escape: () => { onZoom(tree.root); setSelected(-1); },
      o: () => tree.frame(at) >= 0 && onOpen?.(tree.frame(at)),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  const spoken = selected === -1 ? "" : describe(view, tree, selected, rootLabel).join(", ");
  return (
    <div class="flame">
      <div class="flame-window" ref={holder} style={{ height: `${windowHeight}px` }} onScroll={() => { setHover(null); setRedraw((n) => n + 1); }}>
        <div style={{ height: `${inner}px` }}>
          <canvas ref={canvas} tabIndex={0} role="img" aria-label={`${label}. Arrow keys walk, Enter zooms, Escape resets, O opens the function.`}
            style={{ width: `${width}px`, height: `${windowHeight}px` }}
            onPointerMove={move} onPointerLeave={() => setHover(null)} onClick={click} onKeyDown={key}
            onDblClick={(event) => { const id = locate(event); if (id >= 0 && tree.frame(id) >= 0) onOpen?.(tree.frame(id)); }} />
        </div>
      </div>
      <div class="sr-only" aria-live="polite">{spoken}</div>
      {hover && <Tooltip view={view} tree={tree} at={hover} rest={painter.current.rest(hover.id)} zoom={zoom} rootLabel={rootLabel} />}
    </div>
  );
}

export function describe(view, tree, id, rootLabel) {
  const frame = tree.frame(id);
  return [
    frame < 0 ? rootLabel : view.model.frames.name[frame],
    `total ${percent(tree.total(id), view.all)}`,
    `self ${percent(tree.self(id), view.all)}`,
  ];
}

function Tooltip({ view, tree, at, rest, zoom, rootLabel }) {
  const { model, unit } = view;
  const frame = rest ? -1 : tree.frame(at.id), total = rest ? rest.total : tree.total(at.id), self = rest ? 0 : tree.self(at.id);
  const box = useRef(null);
  useEffect(() => {
    const { width, height } = box.current.getBoundingClientRect();
    box.current.style.left = `${Math.max(8, Math.min(at.x + 14, innerWidth - width - 8))}px`;
    box.current.style.top = `${at.y + 18 + height > innerHeight ? Math.max(8, at.y - height - 12) : at.y + 18}px`;
    box.current.style.visibility = "visible";
  });
  const module = frame < 0 ? "" : moduleName(model, frame);
  return (
    <div class="tooltip" ref={box} role="tooltip" style={{ visibility: "hidden" }}>
      <div class="tooltip-name">{rest ? `${count(rest.count)} boxes too narrow to be drawn` : frame < 0 ? rootLabel : model.frames.name[frame]}</div>
      {frame >= 0 && <div class="tooltip-from">{module || "no module"}{` · ${KINDS[model.frames.kind[frame]]}`}</div>}
      <table>
        <tbody>
          <tr><th>total</th><td>{value(total, unit)}</td><td>{percent(total, view.all)} of all</td></tr>
          {!rest && <tr><th>self</th><td>{value(self, unit)}</td><td>{percent(self, view.all)} of all</td></tr>}
          {zoom !== tree.root && total <= tree.total(zoom) && <tr><th /><td /><td>{percent(total, tree.total(zoom))} of this view</td></tr>}
        </tbody>
      </table>
      <div class="tooltip-help">{rest ? "zoom into the box above to see them" : "click: zoom · double click: open the function"}</div>
    </div>
  );
}

export { unitName };
