// The distribution of each number that the event carries.

import { count, percent, value } from "./format.js";

export function Fields({ view }) {
  const shown = view.model.histograms.filter((h) => h.event === view.event);
  if (shown.length === 0) return <p class="none">{view.model.events[view.event].name} carries no numbers of its own.</p>;
  return <section class="grid" aria-label="Fields">{shown.map((h) => <Histogram key={h.field} data={h} color={`var(--line${view.event % 6})`} />)}</section>;
}

const WIDTH = 520, HEIGHT = 190, LEFT = 46, BOTTOM = 30, TOP = 8;

function Histogram({ data, color }) {
  const { low, high, counts, unit } = data;
  const all = counts.reduce((a, b) => a + b, 0), most = Math.max(1, ...counts);
  const slot = (WIDTH - LEFT - 6) / Math.max(counts.length, 1), inner = HEIGHT - BOTTOM - TOP;
  const every = Math.max(1, Math.ceil(62 / slot));
  const range = (i) => (low[i] === high[i] ? value(low[i], unit) : `${value(low[i], unit)} to ${value(high[i], unit)}`);
  return (
    <figure class="card histogram">
      <figcaption><h2>{data.field}</h2><span class="hint">{count(all)} values</span></figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${data.field}: ${counts.length} buckets, most values in ${range(counts.indexOf(most))}`}>
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line class="rule" x1={LEFT} x2={WIDTH - 4} y1={TOP + inner * (1 - part)} y2={TOP + inner * (1 - part)} />
            {(part > 0 || most > 0) && (most * part) % 1 === 0 && <text x={LEFT - 6} y={TOP + inner * (1 - part) + 3.5} text-anchor="end">{count(most * part)}</text>}
          </g>
        ))}
        {counts.map((n, i) => {
          const tall = n > 0 ? Math.max(1, (inner * n) / most) : 0;
          return (
            <g key={i}>
              <rect fill={color} x={LEFT + i * slot + slot * 0.06} y={TOP + inner - tall} width={Math.max(slot * 0.88, 0.5)} height={tall} rx={Math.min(2, slot / 6)} />
              <rect class="touch" x={LEFT + i * slot} y={TOP} width={slot} height={inner}><title>{`${range(i)}: ${count(n)} (${percent(n, all)})`}</title></rect>
              {i % every === 0 && <text x={LEFT + (i + 0.5) * slot} y={HEIGHT - BOTTOM + 15} text-anchor={LEFT + (i + 0.5) * slot > WIDTH - 34 ? "end" : "middle"} dx={LEFT + (i + 0.5) * slot > WIDTH - 34 ? slot / 2 : 0}>{value(low[i], unit)}</text>}
            </g>
          );
        })}
      </svg>
      <dl class="facts">
        {[["min", data.min], ["median", data.p50], ["mean", data.mean], ["p90", data.p90], ["p99", data.p99], ["max", data.max]].map(([name, v]) => (
          <div key={name}><dt>{name}</dt><dd>{value(v, unit)}</dd></div>
        ))}
      </dl>
    </figure>
  );
}
