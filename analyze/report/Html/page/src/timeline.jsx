// Samples over time, one line for each event.

import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { count, time } from "./format.js";

const HEIGHT = 132;

export function Timeline({ model, event }) {
  const holder = useRef(null);
  const { timeline, events, losses } = model;
  useLayoutEffect(() => {
    if (!timeline) return;
    const bins = timeline.counts[0]?.length ?? 0;
    const x = Array.from({ length: bins }, (_, i) => (timeline.start + (i + 0.5) * timeline.bin) / 1e9);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let plot = null;
    const draw = () => {
      plot?.destroy();
      const style = getComputedStyle(document.documentElement);
      const color = (name) => style.getPropertyValue(name).trim();
      const axis = { stroke: color("--muted"), grid: { stroke: color("--grid"), width: 1 }, ticks: { stroke: color("--grid"), size: 4 }, font: "11px system-ui, sans-serif" };
      plot = new uPlot({
        width: Math.max(holder.current.clientWidth, 200),
        height: HEIGHT,
        padding: [8, 18, 0, 0],
        cursor: { y: false, points: { size: 6 } },
        legend: { show: true, live: true },
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
        axes: [
          { ...axis, size: 26, values: (_, ticks) => ticks.map((t) => time(t * 1e9)) },
          { ...axis, size: 54, values: (_, ticks) => ticks.map((v) => (Number.isInteger(v) ? count(v) : "")) },
        ],
        series: [
          { label: "time", value: (_, v) => (v == null ? "–" : time(v * 1e9)) },
          ...events.map((entry, i) => ({
            label: entry.name,
            show: i === event,
            stroke: color(`--line${i % 6}`),
            fill: `${color(`--line${i % 6}`)}26`,
            width: 1.5,
            paths: uPlot.paths.stepped({ align: 0 }),
            points: { show: false },
            value: (_, v) => (v == null ? "–" : `${count(v)} samples`),
          })),
        ],
        hooks: { drawClear: [(u) => shadeLosses(u, losses, color("--bad"))] },
      }, [x, ...timeline.counts], holder.current);
    };
    draw();
    const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(holder.current.clientWidth, 200), height: HEIGHT }));
    observer.observe(holder.current);
    dark.addEventListener("change", draw);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", draw);
      plot.destroy();
    };
  }, [model, event]);
  if (!timeline) return null;
  const total = timeline.counts[event].reduce((a, b) => a + b, 0);
  return (
    <section class="card" aria-label="Samples over time">
      <h2>Samples over time <small>{`${time(timeline.bin)} a bin`}</small></h2>
      <div class="chart" ref={holder} role="img" aria-label={`${count(total)} samples of ${events[event].name} in ${timeline.counts[event].length} bins of ${time(timeline.bin)}`} />
    </section>
  );
}

// Where records were lost the line is too low: say so in the picture.
function shadeLosses(plot, losses, color) {
  const g = plot.ctx, { left, top, width, height } = plot.bbox;
  g.save();
  g.globalAlpha = 0.16;
  g.fillStyle = color;
  for (const loss of losses) {
    if (loss.to <= loss.from) continue;
    const from = Math.max(left, plot.valToPos(loss.from / 1e9, "x", true)), to = Math.min(left + width, plot.valToPos(loss.to / 1e9, "x", true));
    if (to > from) g.fillRect(from, top, Math.max(to - from, 1), height);
  }
  g.restore();
}
