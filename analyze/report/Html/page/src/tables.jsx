// Threads, modules, and what is not known.

import { useMemo } from "preact/hooks";
import { Bar, Table } from "./table.jsx";
import { count, percent, time } from "./format.js";

export function Threads({ view }) {
  const { model, event } = view;
  const all = model.events[event].samples;
  const rows = useMemo(() => model.threads.map((t) => ({ ...t, id: `${t.pid}/${t.tid}`, n: t.samples[event] })).filter((t) => t.n > 0), [view]);
  const columns = [
    { key: "n", title: "Samples", number: true, value: (r) => r.n, cell: (r) => <Bar part={r.n} all={all}>{percent(r.n, all)}</Bar> },
    { key: "count", title: "Count", number: true, value: (r) => r.n, cell: (r) => count(r.n) },
    { key: "process", title: "Process", value: (r) => r.process, cell: (r) => r.process || "name unknown" },
    { key: "pid", title: "PID", number: true, value: (r) => r.pid },
    { key: "thread", title: "Thread", wide: true, value: (r) => r.thread, cell: (r) => r.thread || "name unknown" },
    { key: "tid", title: "TID", number: true, value: (r) => r.tid },
  ];
  return <Table label="Threads" columns={columns} rows={rows} sort={{ key: "n", down: true }} filter filterText={(r) => `${r.process} ${r.thread} ${r.pid} ${r.tid}`} placeholder="Filter threads" empty="no thread" />;
}

export function Modules({ view }) {
  const { model } = view;
  const rows = useMemo(() => model.modules.map((m, id) => ({ ...m, id })), [model]);
  const columns = [
    { key: "samples", title: "Samples", number: true, hint: "Samples that went through it", value: (r) => r.samples, cell: (r) => count(r.samples) },
    { key: "name", title: "Module", value: (r) => r.name, cell: (r) => <span title={r.path}>{r.name}</span> },
    { key: "symbols", title: "Symbols", value: (r) => r.symbols, cell: (r) => r.symbols || (r.missing ? <span class="bad">none</span> : "–") },
    { key: "unwinding", title: "Unwinding", value: (r) => r.unwinding, cell: (r) => r.unwinding || "–" },
    { key: "missing", title: "What is missing, and why", wide: true, value: (r) => r.missing, cell: (r) => r.missing || "–" },
    { key: "buildId", title: "Build-id", value: (r) => r.buildId, cell: (r) => (r.buildId ? <code title={r.buildId}>{r.buildId.slice(0, 12)}</code> : "–") },
    { key: "path", title: "Path", wide: true, value: (r) => r.path, cell: (r) => r.path || "–" },
  ];
  return <Table label="Modules" columns={columns} rows={rows} sort={{ key: "samples", down: true }} filter filterText={(r) => `${r.name} ${r.path} ${r.buildId} ${r.missing}`} placeholder="Filter modules" empty="no module" />;
}

export function Quality({ model }) {
  return (
    <section class="grid" aria-label="Data quality">
      <div class="card">
        <h2>How stacks ended</h2>
        <Counts rows={model.stops} empty="no stack was unwound" />
      </div>
      <div class="card">
        <h2>Frames without a name</h2>
        <Counts rows={model.unresolved} empty="every frame has a name" />
      </div>
      <div class="card span">
        <h2>Losses</h2>
        {model.losses.length === 0 ? <p class="none">Nothing was lost: no record dropped by the kernel or the recorder, no damaged chunk.</p> : (
          <div class="scroll"><table class="data">
            <thead><tr><th class="number">How many</th><th class="wide">What</th><th>CPU</th><th class="number">From</th><th class="number">To</th></tr></thead>
            <tbody>
              {model.losses.map((loss, i) => (
                <tr key={i}>
                  <td class="number bad">{loss.count > 0 ? `${count(loss.count)} ${loss.unit}` : "unknown"}</td>
                  <td class="wide">{loss.cause}</td>
                  <td>{loss.cpu < 0 ? "all" : loss.cpu}</td>
                  <td class="number">{time(loss.from)}</td>
                  <td class="number">{time(loss.to)}</td>
                </tr>
              ))}
            </tbody>
          </table></div>
        )}
      </div>
    </section>
  );
}

function Counts({ rows, empty }) {
  const all = rows.reduce((sum, row) => sum + row.count, 0);
  if (rows.length === 0) return <p class="none">{empty}</p>;
  return (
    <table class="data">
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <td class="number"><Bar part={row.count} all={all}>{percent(row.count, all)}</Bar></td>
            <td class="number">{count(row.count)} {row.unit}</td>
            <td class="wide"><strong class={row.good ? "good" : "bad"}>{row.name}</strong><br /><span class="hint">{row.meaning}</span></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
