// The functions by weight, and one function between its callers and callees.

import { useMemo, useState } from "preact/hooks";
import { KINDS, moduleName } from "./model.js";
import { CalleeTree, CallerTree } from "./trees.js";
import { Flame } from "./flame.jsx";
import { Bar, Table } from "./table.jsx";
import { percent, unitName, value } from "./format.js";

export function Functions({ view, onOpen }) {
  const { model, unit, all } = view;
  const rows = useMemo(() => view.functions.map((frame) => ({
    id: frame, name: model.frames.name[frame], module: moduleName(model, frame), self: view.frameSelf[frame], total: view.frameTotal[frame],
  })), [view]);
  const columns = [
    { key: "self", title: "Self", number: true, hint: "In the function itself", value: (r) => r.self, cell: (r) => <Bar part={r.self} all={all}>{percent(r.self, all)}</Bar> },
    { key: "selfValue", title: unit === "ns" ? "Self time" : "Self, n", number: true, value: (r) => r.self, cell: (r) => value(r.self, unit) },
    { key: "total", title: "Total", number: true, hint: "In the function and everything it called; recursion counts once", value: (r) => r.total, cell: (r) => <Bar part={r.total} all={all}>{percent(r.total, all)}</Bar> },
    { key: "totalValue", title: unit === "ns" ? "Total time" : "Total, n", number: true, value: (r) => r.total, cell: (r) => value(r.total, unit) },
    { key: "name", title: "Function", wide: true, open: true, value: (r) => r.name, cell: (r) => <><i class={`swatch ${KINDS[model.frames.kind[r.id]]}`} />{r.name}</> },
    { key: "module", title: "Module", value: (r) => r.module, cell: (r) => r.module || "–" },
  ];
  return (
    <section aria-label="Functions">
      <Table label={`Functions by ${unitName(unit)}`} columns={columns} rows={rows} sort={{ key: "self", down: true }} filter filterText={(r) => `${r.name} ${r.module}`}
        placeholder="Filter functions and modules" onRow={(row) => onOpen(row.id)} empty="no function has that in its name" />
    </section>
  );
}

export function Sandwich({ view, frame, onOpen, onBack }) {
  const { model, unit, all } = view;
  const trees = useMemo(() => ({ callers: new CallerTree(view, frame), callees: new CalleeTree(view, frame) }), [view, frame]);
  const [zoom, setZoom] = useState({});
  const at = (which) => (zoom.tree === trees[which] ? zoom.id : trees[which].root);
  const name = model.frames.name[frame], module = moduleName(model, frame);
  const info = module && model.modules[model.frames.module[frame]];
  const list = (which) => {
    const tree = trees[which], whole = view.frameTotal[frame];
    const kids = tree.children(tree.root);
    const rows = kids.map((id) => ({ id, frame: tree.frame(id), weight: tree.total(id) }));
    const rest = whole - rows.reduce((sum, row) => sum + row.weight, 0);
    if (rest > 0) rows.push({ id: -1, frame: -1, weight: rest });
    return rows;
  };
  const table = (which, own) => (
    <table class="data compact">
      <tbody>
        {list(which).slice(0, 12).map((row) => (
          <tr key={row.id}>
            <td class="number"><Bar part={row.weight} all={view.frameTotal[frame]}>{percent(row.weight, view.frameTotal[frame])}</Bar></td>
            <td class="wide">{row.frame < 0 ? <em>{own}</em> : <button type="button" class="link name" onClick={() => onOpen(row.frame)}>{model.frames.name[row.frame]}</button>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  const flame = (which, up) => (
    <Flame view={view} tree={trees[which]} zoom={at(which)} onZoom={(id) => setZoom({ tree: trees[which], id })} hit={null} up={up} height={Math.max(160, Math.round(innerHeight * 0.3))}
      label={`${which} of ${name}`} rootLabel={name} onOpen={onOpen} />
  );
  return (
    <section aria-label="One function" class="sandwich">
      <div class="toolbar"><button type="button" onClick={onBack}>← All functions</button></div>
      <h2 class="function-name">{name}</h2>
      <p class="hint"><span>{module || "no module"}{info?.path && info.path !== module ? ` · ${info.path}` : ""}</span>
        <span><strong>{percent(view.frameSelf[frame], all)}</strong> self ({value(view.frameSelf[frame], unit)}) · <strong>{percent(view.frameTotal[frame], all)}</strong> total ({value(view.frameTotal[frame], unit)})</span></p>
      <h3>Callers</h3>
      {table("callers", "outermost: no caller")}
      {flame("callers", true)}
      <h3>Callees</h3>
      {table("callees", "itself")}
      {flame("callees", false)}
    </section>
  );
}
