// The page: header, totals, timeline, tabs.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { viewOf } from "./model.js";
import { FlameView } from "./flameview.jsx";
import { Functions, Sandwich } from "./functions.jsx";
import { CallTreeView } from "./calltree.jsx";
import { Timeline } from "./timeline.jsx";
import { Fields } from "./fields.jsx";
import { Modules, Quality, Threads } from "./tables.jsx";
import { FilterBox, useFilter } from "./filterbox.jsx";
import { count, percent, time } from "./format.js";

const TABS = [
  ["flame", "Flame graph"], ["functions", "Functions"], ["tree", "Call tree"], ["fields", "Fields"], ["threads", "Threads"], ["modules", "Modules"], ["quality", "Data quality"],
];

export function App({ model: whole }) {
  const [filter, setFilter] = useState("");
  const last = useRef(null);
  const { model, problem } = useFilter(whole, filter, last);
  const [event, setEvent] = useState(0);
  const tabs = TABS.filter(([key]) => key !== "fields" || whole.histograms.length > 0);
  const [tab, setTab] = useState(() => tabs.find(([key]) => `#${key}` === location.hash)?.[0] ?? "flame");
  const [opened, setOpened] = useState(-1);
  const [query, setQuery] = useState("");
  const view = useMemo(() => (model.events.length > 0 ? viewOf(model, event) : null), [model, event]);

  const show = (key) => {
    setTab(key);
    setOpened(-1);
    history.replaceState(null, "", `#${key}`);
  };
  const open = (frame) => {
    setOpened(frame);
    setTab("functions");
    history.replaceState(null, "", "#functions");
  };
  useEffect(() => {
    if (opened >= 0) document.getElementById("tabs")?.scrollIntoView({ block: "nearest" });
  }, [opened]);
  const onKey = (e) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!by) return;
    const next = tabs[(tabs.findIndex(([key]) => key === tab) + by + tabs.length) % tabs.length][0];
    show(next);
    document.getElementById(`tab-${next}`).focus();
  };

  return (
    <>
      <Header model={model} />
      <main>
        {model.notes.length > 0 && <ul class="notes" role="note">{model.notes.map((note) => <li key={note}>{note}</li>)}</ul>}
        {model.events.length > 1 && (
          <div class="events" role="group" aria-label="Event">
            {model.events.map((entry, i) => (
              <button type="button" key={i} aria-pressed={i === event} onClick={() => { setEvent(i); setOpened(-1); }}>{entry.name} <small>{count(entry.samples)}</small></button>
            ))}
          </div>
        )}
        {!view || whole.totals.samples === 0 ? <p class="empty">No samples in this report.</p> : (
          <>
            <FilterBox model={whole} shown={model} text={filter} setText={setFilter} problem={problem} />
            <Timeline model={model} event={event} />
            <div class="card main-card">
              <div class="tabs" role="tablist" id="tabs" aria-label="Views" onKeyDown={onKey}>
                {tabs.map(([key, title]) => (
                  <button type="button" role="tab" key={key} id={`tab-${key}`} aria-selected={key === tab} aria-controls="panel" tabIndex={key === tab ? 0 : -1} onClick={() => show(key)}>
                    {title}{key === "quality" && isPoor(model) && <i class="dot" title="something was lost or has no name" />}
                  </button>
                ))}
              </div>
              <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} class="panel">
                {tab === "flame" && <FlameView view={view} query={query} setQuery={setQuery} onOpen={open} />}
                {tab === "functions" && (opened >= 0 ? <Sandwich view={view} frame={opened} onOpen={open} onBack={() => setOpened(-1)} /> : <Functions view={view} onOpen={open} />)}
                {tab === "tree" && <CallTreeView view={view} onOpen={open} />}
                {tab === "fields" && <Fields view={view} />}
                {tab === "threads" && <Threads view={view} />}
                {tab === "modules" && <Modules view={view} />}
                {tab === "quality" && <Quality model={model} />}
              </div>
            </div>
          </>
        )}
      </main>
      <footer>{model.host.tool || "TraceKit"} · this file holds everything it shows and fetches nothing</footer>
    </>
  );
}

const isPoor = ({ totals }) => totals.lost > 0 || totals.damaged > 0 || totals.incomplete > 0.01 * totals.samples || totals.unresolved > 0.01 * totals.samples;

function Header({ model }) {
  const { host, totals } = model;
  const made = totals.samples + totals.filtered + totals.lost;
  const facts = [["Host", host.name], ["Kernel", host.kernel], ["CPU", host.cpu], ["Recorded", host.start], ["Command", host.command]].filter(([, text]) => text);
  const rate = (n) => (n > 0.05 * totals.samples ? "bad" : n > 0.01 * totals.samples ? "warn" : "good");
  return (
    <header>
      <div class="masthead">
        <svg class="logo" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="var(--accent)" /><g fill="#fff"><rect x="6" y="7" width="20" height="4" rx="1" /><rect x="6" y="14" width="13" height="4" rx="1" opacity=".85" /><rect x="21" y="14" width="5" height="4" rx="1" opacity=".55" /><rect x="9" y="21" width="7" height="4" rx="1" opacity=".7" /></g>
        </svg>
        <div>
          <h1>{model.file}</h1>
          <p>{model.events.map((e) => e.name).join(", ")}</p>
        </div>
      </div>
      <dl class="facts host">{facts.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{name === "Command" ? <code>{text}</code> : text}</dd></div>)}</dl>
      <ul class="stats" aria-label="Totals">
        <Stat name="Samples" text={count(totals.samples)} note={totals.filtered > 0 ? `${count(totals.filtered)} filtered out` : host.duration > 0 ? `${count(totals.samples / (host.duration / 1e9))} a second` : ""} />
        {host.duration > 0 && <Stat name="Duration" text={time(host.duration)} />}
        <Stat name="Lost" text={totals.lost > 0 ? count(totals.lost) : "none"} tone={totals.lost > 0 ? "bad" : "good"} note={totals.lost > 0 ? `${percent(totals.lost, made)} of all made` : totals.throttled > 0 ? `throttled ${count(totals.throttled)} times` : "every sample is here"} />
        <Stat name="Incomplete stacks" text={totals.incomplete > 0 ? percent(totals.incomplete, totals.samples) : "none"} tone={rate(totals.incomplete)} note={totals.incomplete > 0 ? `${count(totals.incomplete)} samples` : "all reach the outermost frame"} />
        <Stat name="Without a name" text={totals.unresolved > 0 ? percent(totals.unresolved, totals.samples) : "none"} tone={rate(totals.unresolved)} note={totals.unresolved > 0 ? `${count(totals.unresolved)} samples` : "every running function is named"} />
        {totals.damaged > 0 && <Stat name="Damaged chunks" text={count(totals.damaged)} tone="bad" note="what they held is unknown" />}
      </ul>
    </header>
  );
}

function Stat({ name, text, note, tone = "" }) {
  return <li class={`stat ${tone}`}><span class="stat-name">{name}</span><strong>{text}</strong><span class="stat-note">{note || "\u00a0"}</span></li>;
}
