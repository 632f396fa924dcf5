// The box that takes a filter: the language of docs/filters.md over what the page has.

import { useMemo } from "preact/hooks";
import { narrow } from "./model.js";
import { answer, FilterError } from "./filter/rows.js";
import { count } from "./format.js";

// The model of what a filter leaves, and what is wrong with it; while it is wrong, that of the last right one stays.
export function useFilter(model, text, last) {
  return useMemo(() => {
    if (!model.rows || text.trim() === "") return { model: (last.current = model), problem: null };
    try {
      return { model: (last.current = narrow(model, answer(model, text))), problem: null };
    } catch (problem) {
      if (!(problem instanceof FilterError)) throw problem;
      return { model: last.current ?? model, problem };
    }
  }, [model, text]);
}

export function FilterBox({ model, shown, text, setText, problem }) {
  if (!model.rows) return <p class="hint">This report holds sums only, so it cannot be filtered here: write it with <code>--filter</code>.</p>;
  const own = [...new Set(model.rows.fields.map((field) => field.name))].slice(0, 8);
  return (
    <section class="card filter" aria-label="Filter">
      <label class="search">
        <span class="sr-only">Filter samples</span>
        <input type="search" id="filter" spellcheck={false} autocomplete="off" autocapitalize="off" value={text} aria-invalid={!!problem} aria-describedby="filter-state"
          placeholder={`Filter samples: comm == app && stack has "tcp_*"`} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && setText("")} />
      </label>
      <output class="found" id="filter-state" aria-live="polite">
        {problem ? "" : text.trim() === "" ? `comm pid tid${model.rows.cpu ? " cpu" : ""}${model.rows.time ? " time" : ""} event sym dso depth stack caller${own.map((name) => ` ${name}`).join("")}` : <><strong>{count(shown.totals.samples)}</strong>{` of ${count(model.totals.samples)} samples`}</>}
        {!problem && text.includes("time") && model.rows.step > 0 && " · there are many: times are rounded down to the timeline's bins"}
      </output>
      {problem && <pre class="filter-problem" id="filter-problem" role="alert">{`${problem.message}\n  ${problem.text}\n  ${" ".repeat(problem.position)}^`}</pre>}
    </section>
  );
}
