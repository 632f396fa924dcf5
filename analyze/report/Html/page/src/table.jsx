// A table that sorts by its columns, filters by text, and shows its first rows until more are asked for.

import { useMemo, useState } from "preact/hooks";
import { count } from "./format.js";

const STEP = 100;

// columns: { key, title, number?, value(row), cell?(row), hint?, wide? }; rows: anything with a stable `id`.
export function Table({ columns, rows, sort, label, filter, filterText, onRow, empty = "nothing", placeholder = "Filter" }) {
  const [order, setOrder] = useState(sort);
  const [text, setText] = useState("");
  const [limit, setLimit] = useState(STEP);
  const sorted = useMemo(() => {
    const column = columns.find((c) => c.key === order.key);
    const wanted = text.trim().toLowerCase();
    const kept = wanted ? rows.filter((row) => filterText(row).toLowerCase().includes(wanted)) : rows.slice();
    const sign = order.down ? -1 : 1;
    return kept.sort((a, b) => {
      const x = column.value(a), y = column.value(b);
      return (x < y ? -sign : x > y ? sign : 0) || (a.id < b.id ? -1 : 1);
    });
  }, [rows, order, text]);
  const by = (column) => setOrder({ key: column.key, down: order.key === column.key ? !order.down : !!column.number });

  return (
    <div class="table-holder">
      {filter && (
        <div class="toolbar">
          <label class="search"><span class="sr-only">{placeholder}</span>
            <input type="search" placeholder={placeholder} value={text} spellcheck={false} onInput={(e) => { setText(e.currentTarget.value); setLimit(STEP); }} /></label>
          <span class="found">{text ? `${count(sorted.length)} of ${count(rows.length)}` : count(rows.length)}</span>
        </div>
      )}
      <div class="scroll">
        <table class="data">
          <caption class="sr-only">{label}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" class={column.number ? "number" : column.wide ? "wide" : ""} aria-sort={order.key === column.key ? (order.down ? "descending" : "ascending") : "none"}>
                  <button type="button" title={column.hint} onClick={() => by(column)}>{column.title}<span class="arrow" aria-hidden="true">{order.key === column.key ? (order.down ? "▼" : "▲") : ""}</span></button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, limit).map((row) => (
              <tr key={row.id}>
                {columns.map((column) => (
                  <td key={column.key} class={column.number ? "number" : column.wide ? "wide" : ""}>
                    {column.open && onRow ? <button type="button" class="link name" onClick={() => onRow(row)}>{column.cell ? column.cell(row) : column.value(row)}</button> : column.cell ? column.cell(row) : column.value(row)}
                  </td>
                ))}
              </tr>
            ))}
            {sorted.length === 0 && <tr><td class="none" colSpan={columns.length}>{empty}</td></tr>}
          </tbody>
        </table>
      </div>
      {sorted.length > limit && <button type="button" class="more" onClick={() => setLimit(limit * 4)}>Show more ({count(sorted.length - limit)} left)</button>}
    </div>
  );
}

// A number with a bar behind it.
export function Bar({ part, all, children }) {
  const share = all > 0 ? Math.max(0, Math.min(1, part / all)) : 0;
  return <span class="bar" style={{ "--share": `${(100 * share).toFixed(2)}%` }}>{children}</span>;
}
