// Values of filters as docs/filters.md writes them: numbers (BigInt, so that 64 bits are whole), times, addresses, patterns. The same rules as format/probes/Filters.

const MAX_U64 = (1n << 64n) - 1n, MAX_I64 = (1n << 63n) - 1n;
const SIZES = { "": 1n, K: 1n << 10n, k: 1n << 10n, KiB: 1n << 10n, M: 1n << 20n, MiB: 1n << 20n, G: 1n << 30n, GiB: 1n << 30n, T: 1n << 40n, TiB: 1n << 40n, kB: 1000n, KB: 1000n, MB: 1000000n, GB: 1000000000n, TB: 1000000000000n };
const TIMES = { ns: 1n, us: 1000n, "µs": 1000n, "μs": 1000n, ms: 1000000n, s: 1000000000n, m: 60000000000n, min: 60000000000n, h: 3600000000000n };

export const utf8 = (text) => new TextEncoder().encode(text);

// Decimal, 0x hexadecimal, octal after a leading 0, each with a sign; decimal ones with a size. null for none.
export function readNumber(text) {
  const negative = text.startsWith("-");
  if (negative) text = text.slice(1);
  let value;
  if (/^0x/i.test(text)) value = /^0x[0-9a-f]+$/i.test(text) ? BigInt(text) : null;
  else if (/^0[0-9]/.test(text)) value = /^[0-7]+$/.test(text) ? BigInt(`0o${text}`) : null;
  else {
    const [, digits, unit] = /^([0-9.]*)(.*)$/s.exec(text);
    value = !Object.hasOwn(SIZES, unit) || (unit === "" && digits.includes(".")) ? null : decimal(digits, SIZES[unit]);
  }
  if (value === null || value > MAX_U64 || (negative && value > MAX_I64 + 1n)) return null;
  return negative ? -value : value;
}

// Nanoseconds; a bare number is nanoseconds.
export function readDuration(text) {
  const plain = readNumber(text);
  if (plain !== null && !/[A-Za-z]$/.test(text)) return plain;
  const negative = text.startsWith("-");
  const [, digits, unit] = /^([0-9.]*)(.*)$/s.exec(negative ? text.slice(1) : text);
  const value = Object.hasOwn(TIMES, unit) ? decimal(digits, TIMES[unit]) : null;
  if (value === null || value > MAX_I64) return null;
  return negative ? -value : value;
}

// With a fraction, times a unit, rounded down.
function decimal(text, unit) {
  const parts = /^([0-9]*)(?:\.([0-9]+))?$/.exec(text);
  if (!parts || text === "") return null;
  const fraction = (parts[2] ?? "").slice(0, 19);
  const value = BigInt(parts[1] || 0) * unit + (fraction ? (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length) : 0n);
  return value > MAX_U64 ? null : value;
}

export function readIp4(text) {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

// 128 bits as one number.
export function readIp6(text) {
  let groups = text.split(":");
  const last = groups[groups.length - 1];
  if (last.includes(".")) {
    const v4 = readIp4(last);
    if (v4 === null || groups.length < 2) return null;
    groups = [...groups.slice(0, -1), (v4 >> 16n).toString(16), (v4 & 0xffffn).toString(16)];
  }
  const gap = text.indexOf("::");
  if (gap >= 0) {
    if (text.indexOf("::", gap + 1) >= 0) return null;
    const [head, tail] = [text.slice(0, gap), groups.join(":").slice(groups.join(":").indexOf("::") + 2)].map((part) => (part === "" ? [] : part.split(":")));
    if (head.length + tail.length > 7) return null;
    groups = [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  }
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

// ADDRESS/BITS; without a slash all bits count. null when the bits are no number up to `all`.
export function splitPrefix(text, all) {
  const slash = text.indexOf("/");
  if (slash < 0) return { address: text, bits: all };
  const bits = text.slice(slash + 1);
  return /^[0-9]{1,9}$/.test(bits) && Number(bits) <= all ? { address: text.slice(0, slash), bits: Number(bits) } : null;
}

export function compareBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

// Shell patterns over bytes: * ? [a-z] [!x] \x. On a mismatch only the last * needs another try.
export function glob(pattern, text) {
  let p = 0, t = 0, star = -1, mark = 0;
  while (t < text.length) {
    let next;
    if (p < pattern.length && pattern[p] === 42) {
      star = ++p;
      mark = t;
    } else if (p < pattern.length && (next = matchOne(pattern, p, text[t])) > 0) {
      p = next;
      t++;
    } else if (star >= 0) {
      p = star;
      t = ++mark;
    } else return false;
  }
  while (p < pattern.length && pattern[p] === 42) p++;
  return p === pattern.length;
}

// Where the pattern goes on after one letter; 0 when it does not match.
function matchOne(pattern, at, letter) {
  const c = pattern[at];
  if (c === 63) return at + 1;
  if (c === 92 && at + 1 < pattern.length) return pattern[at + 1] === letter ? at + 2 : 0;
  const end = c === 91 ? classEnd(pattern, at) : 0;
  if (end === 0) return c === letter ? at + 1 : 0;
  let i = at + 1, found = false;
  const negated = pattern[i] === 33 || pattern[i] === 94;
  if (negated) i++;
  for (; i < end; i++) {
    const from = pattern[i];
    let to = from;
    if (i + 2 < end && pattern[i + 1] === 45) {
      to = pattern[i + 2];
      i += 2;
    }
    found ||= letter >= from && letter <= to;
  }
  return found === negated ? 0 : end + 1;
}

function classEnd(pattern, at) {
  let from = at + 1;
  if (pattern[from] === 33 || pattern[from] === 94) from++;
  const end = pattern.indexOf(93, from + 1);
  return end < 0 ? 0 : end;
}

// A regular expression as the analyzer takes it: no back-references, no look-around. Gives a test, or what is wrong in words.
export function readPattern(text) {
  if (text.length > 1000) return { problem: "at most 1000 characters" };
  if (/(^|[^\\])(\\\\)*\\([1-9]|k<)|\(\?(<?[=!])/.test(text)) return { problem: "without back-references, look-around and large repetitions" };
  try {
    const insensitive = text.startsWith("(?i)");
    const expression = new RegExp(insensitive ? text.slice(4) : text, insensitive ? "i" : "");
    return { test: (value) => expression.test(value) };
  } catch (error) {
    return { problem: String(error.message) };
  }
}

// "; did you mean 'x'?", of the nearest name; empty when none is near: at most a third of its letters differ.
export function didYouMean(wrong, known) {
  let best = null, least = Infinity;
  for (const candidate of known) {
    if (candidate.length > 256 || wrong.length > 256) continue;
    const allowed = Math.max(1, Math.floor(candidate.replace(/^-+/, "").length / 3));
    let far = distance(wrong, candidate);
    if (far > allowed) far = wrong.toLowerCase() === candidate.toLowerCase() ? 1 : Infinity;
    if (far < least) [best, least] = [candidate, far];
  }
  return best === null ? "" : `; did you mean '${best}'?`;
}

// Insert, delete, replace, swap of neighbours.
function distance(a, b) {
  const rows = [[], Array.from({ length: b.length + 1 }, (_, j) => j), []];
  for (let i = 1; i <= a.length; i++) {
    const [before, last, current] = rows;
    current[0] = i;
    for (let j = 1; j <= b.length; j++) {
      current[j] = Math.min(last[j] + 1, current[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) current[j] = Math.min(current[j], before[j - 2] + 1);
    }
    rows.push(rows.shift());
  }
  return rows[1][b.length];
}
