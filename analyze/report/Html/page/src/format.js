// Numbers and names for people.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const count = (value) => whole.format(value);

export function percent(part, all) {
  if (!(all > 0)) return "–";
  const share = (100 * part) / all;
  if (share > 0 && share < 0.01) return "< 0.01 %";
  if (share < 100 && share > 99.99) return "> 99.99 %";
  return `${share.toFixed(share < 10 ? 2 : 1)} %`;
}

const steps = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];

export function time(ns) {
  const size = Math.abs(ns);
  if (size >= 6e11) return `${count(ns / 6e10)} min`;
  for (const [scale, unit] of steps)
    if (size >= scale) return `${digits(ns / scale)} ${unit}`;
  return `${digits(ns)} ns`;
}

const sizes = [[1024 ** 4, "TiB"], [1024 ** 3, "GiB"], [1024 ** 2, "MiB"], [1024, "KiB"]];

export function bytes(value) {
  for (const [scale, unit] of sizes)
    if (Math.abs(value) >= scale) return `${digits(value / scale)} ${unit}`;
  return `${count(value)} B`;
}

function digits(value) {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return count(value);
  return String(Number(value.toPrecision(size >= 100 ? 4 : 3)));
}

export function value(number, unit) {
  if (unit === "ns") return time(number);
  if (unit === "bytes") return bytes(number);
  return Number.isInteger(number) ? count(number) : number.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

// "of samples", "of cpu time": what a share is a share of.
export const unitName = (unit) => (unit === "ns" ? "time" : unit);

// What stands between < and > is left out: the rest tells one function from another well enough in a narrow box.
export function withoutArguments(name) {
  if (!name.includes("<")) return name;
  let out = "", depth = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name[i];
    if (c === "<" && !name.startsWith("operator", i - 8) && !name.startsWith("operator<", i - 9)) {
      if (depth++ === 0 && i === 0) { depth = 0; return name; }
      if (depth === 1) out += "<…";
    } else if (c === ">" && depth > 0 && name[i - 1] !== "-") {
      if (--depth === 0) out += ">";
    } else if (depth === 0) {
      out += c;
    }
  }
  return depth === 0 ? out : name;
}

// As much of a name as fits: whole, without template arguments, without leading scopes, cut.
export function fit(name, short, letters) {
  if (name.length <= letters) return name;
  if (short.length <= letters) return short;
  const bare = short.replace(/\(.*$/s, "");
  if (bare.length <= letters) return bare;
  let at = bare.indexOf("::");
  while (at >= 0) {
    const tail = bare.slice(at + 2);
    if (tail.length + 1 <= letters) return `…${tail}`;
    at = bare.indexOf("::", at + 2);
  }
  return letters > 3 ? `${bare.slice(0, letters - 1)}…` : "";
}
