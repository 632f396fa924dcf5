// Gives names their fields, and values the types of those: a test then asks one value. Error texts are those of format/probes/Filters/FilterBinder.

import { FilterError } from "./parse.js";
import { compareBytes, didYouMean, glob, readDuration, readIp4, readIp6, readNumber, readPattern, splitPrefix, utf8 } from "./values.js";

const NAMES = "an operator for names: == != ~ !~ =~ !=~ in !in", PATTERNS = "~ !~ =~ !=~ in !in", NETWORKS = "with a network: == != in !in";
const NOT = { "!=": "==", "!~": "~", "!=~": "=~" };
const U64 = (value) => BigInt.asUintN(64, value);

// A field: {name, kind, text, unsigned, frame, names: [[value, name]…], errnos: [[number, name]…]}. `fields` is a Map by name, in the order in which names are told.
// Gives a tree of {join, and, parts}, {not}, {never}, {field, of, test, other?} and {place, property, negated, fits}; of: number, text, frame, fields.
// With `problems` what makes no sense is added there and never holds.
export function bind(node, text, fields, problems = null) {
  const visit = (part) => {
    if (part.join) return { ...part, parts: part.parts.map(visit) };
    if (part.not) return { not: visit(part.not) };
    try {
      return bindTest(part, text, fields);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      error.start = part.start;
      if (!problems) throw error;
      problems.push(error);
      return { never: true };
    }
  };
  return visit(node);
}

function bindTest(node, text, fields) {
  const error = (at, expected, found) => new FilterError(text, at, expected, found);
  const wrong = (literal, expected) => error(literal.start, expected, `'${literal.text}'`);
  const afterName = () => node.start + node.name.length;
  const isPattern = ["~", "!~", "=~", "!=~"].includes(node.op);
  if (node.property === "srcline" && !fields.has("srcline")) throw error(node.start, "sym or dso: this page has no lines of the source", "srcline");
  if (node.place) return { place: node.place, property: node.property, negated: false, fits: matcher(node, wrong) };
  const field = fields.get(node.name);
  if (!field) {
    if (node.name === "stack") throw error(node.at, 'has, as in stack has "tcp_*"', `'${node.op}'`);
    if (node.name === "caller") throw error(node.at, '(, as in caller("tcp_*")', `'${node.op}'`);
    const known = [...fields.keys(), "stack", "caller"];
    throw error(node.start, `one of ${known.filter((name) => !name.startsWith("common_") && !name.startsWith("__")).join(", ")}${didYouMean(node.name, known)}`, `'${node.name}'`);
  }
  const bitError = (expected) => error(node.mask ? afterName() : node.at, expected, "'&'");
  if (field.frame && field.text) {
    if (node.mask || !(isPattern || node.op === "==" || node.op === "!=")) throw error(node.mask ? afterName() : node.at, NAMES, node.mask ? "'&'" : `'${node.op}'`);
    return { place: "top", property: field.name, negated: node.op in NOT, fits: matcher(node, wrong) };
  }
  if (field.kind === "Symbol" || field.text) {
    const isSymbol = field.kind === "Symbol";
    if (node.mask || node.op === "&") throw bitError(isSymbol ? (node.mask ? `a field of bits before & (${field.name} is none)` : NAMES) : `an operator for text (${field.name} is one): == != < <= > >= ${PATTERNS}`);
    if (isSymbol && !isPattern && node.op !== "==" && node.op !== "!=") throw error(node.at, NAMES, `'${node.op}'`);
    const fits = matcher(node, wrong), not = node.op in NOT;
    return { field, of: "text", test: isSymbol ? (value) => symbolForms(value).some(fits) !== not : (value) => fits(value) !== not };
  }
  if (node.mask) {
    if (["Ip4", "Ip6", "Float", "Boolean"].includes(field.kind)) throw error(afterName(), `a field of bits before & (${field.name} is none)`, "'&'");
    const mask = U64(value(node.mask, field, wrong)), number = value(node.literal, field, wrong);
    return numberTest(field, (v) => holds(node.op, U64(v) & mask, number));
  }
  if (isPattern) {
    const fits = matcher(node, wrong), not = node.op in NOT;
    return { field, of: "text", test: (shown) => fits(shown) !== not };
  }
  const other = otherField(node, field, fields);
  if (other) return { field, of: "fields", other, test: (a, b) => (node.op === "&" ? (a & b) !== 0n : field.kind === "Float" ? holds(node.op, float(a), float(b)) : holds(node.op, a, b)) };
  const isNegated = (operators) => {
    if (node.op === "==" || node.op === "!=") return node.op === "!=";
    throw error(node.at, `an operator ${operators}`, `'${node.op}'`);
  };
  const literal = node.literal;
  switch (field.kind) {
    case "Ip4": {
      const plain = readNumber(literal.text);
      if (plain !== null && !literal.text.includes(".")) return compareNumber(field, node.op, plain);
      const prefix = splitPrefix(literal.text, 32), address = prefix && readIp4(prefix.address);
      if (address === null) throw wrong(literal, `an IPv4 address as 172.31.28.139 or a network as 10.0.0.0/8 (${field.name} is an ip4)`);
      if (prefix.bits === 32) return compareNumber(field, node.op, address);
      const shift = BigInt(32 - prefix.bits), not = isNegated(NETWORKS);
      return numberTest(field, (v) => (v >> shift === address >> shift) !== not);
    }
    case "Ip6": {
      const prefix = splitPrefix(literal.text, 128), address = prefix && readIp6(prefix.address);
      if (address === null) throw wrong(literal, `an IPv6 address as fe80::1 or a network as fd00::/8 (${field.name} is an ip6)`);
      if (node.op === "&") throw error(node.at, `an operator for addresses: == != < <= > >= ${PATTERNS}`, "'&'");
      if (prefix.bits < 128) isNegated(NETWORKS);
      const shift = BigInt(128 - prefix.bits);
      return { field, of: "text", test: (shown) => {
        const v = readIp6(shown);
        return v !== null && (node.op === "==" || node.op === "!=" ? (v >> shift === address >> shift) === (node.op === "==") : holds(node.op, v, address));
      } };
    }
    case "Errno": {
      const number = readNumber(literal.text);
      if (number !== null) return compareNumber(field, node.op, number);
      const minus = literal.text.startsWith("-"), name = minus ? literal.text.slice(1) : literal.text;
      const found = field.errnos.find(([, known]) => known === name);
      if (!found) throw wrong(literal, `an error as ENOENT (of either sign), -ENOENT or a number (${field.name} is an errno)${didYouMean(name, field.errnos.map(([, known]) => known))}`);
      const errno = BigInt(found[0]);
      if (!minus && (node.op === "==" || node.op === "!=")) return numberTest(field, (v) => (v === errno || v === -errno) === (node.op === "=="));
      return compareNumber(field, node.op, minus ? -errno : errno);
    }
    case "Boolean": {
      const truth = { true: 1n, 1: 1n, false: 0n, 0: 0n }[literal.text];
      if (truth === undefined) throw wrong(literal, `true or false (${field.name} is a bool)`);
      return compareNumber(field, node.op, truth);
    }
    case "Float": {
      if (node.op === "&") throw error(node.at, `an operator for fractions (${field.name} is one): == != < <= > >=`, "'&'");
      if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(literal.text.trim())) throw wrong(literal, `a number as 1.5 (${field.name} is a fraction)`);
      const number = Number(literal.text);
      return numberTest(field, (v) => holds(node.op, float(v), number));
    }
    default:
      return compareNumber(field, node.op, value(literal, field, wrong));
  }
}

const numberTest = (field, test) => ({ field, of: "number", test });
const compareNumber = (field, op, number) => numberTest(field, op === "&" ? (v) => (U64(v) & U64(number)) !== 0n : (v) => holds(op, v, number));

function holds(op, a, b) {
  switch (op) {
    case "==": return a === b;
    case "!=": return a !== b;
    case "<": return a < b;
    case "<=": return a <= b;
    case ">": return a > b;
    default: return a >= b;
  }
}

function float(bits) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt.asIntN(64, bits));
  return view.getFloat64(0);
}

function value(literal, field, wrong) {
  const { text } = literal;
  const number = readNumber(text);
  switch (field.kind) {
    case "Nanoseconds": {
      const time = readDuration(text);
      if (time === null) throw wrong(literal, `a time as 5ms, 1.5s, 200us or nanoseconds (${field.name} is a time)`);
      return time;
    }
    case "Enum": return enumValue(literal, field, wrong);
    case "Character":
      if (literal.quoted && [...text].length === 1) return BigInt(text.codePointAt(0));
      if (number === null) throw wrong(literal, `a character as 'a', or its number (${field.name} is a character)`);
      return number;
    case "Pointer":
      if (["NULL", "null", "nullptr", "nil"].includes(text)) return 0n;
  }
  if (number !== null) return number;
  throw wrong(literal, readDuration(text) !== null ? `a number: ${field.name} is not known to be a time (type time_ns)` : `a number as 100, 0x64 or 4K (${field.name} is a number)`);
}

function enumValue(literal, field, wrong) {
  let bits = 0n;
  for (const part of literal.text.split("|")) {
    const word = part.trim(), named = field.names.find(([, name]) => name === word), number = readNumber(word);
    if (!named && number === null) {
      const names = field.names.map(([, name]) => name);
      const some = names.slice(0, 6).join(", ") + (names.length > 6 ? `, ... (${names.length - 6} more)` : "");
      throw wrong(literal, `a number or a name of ${field.name}${names.length ? `: ${some}` : ""}${didYouMean(word, names)}`);
    }
    bits |= U64(named ? BigInt(named[0]) : number);
  }
  return field.unsigned ? bits : BigInt.asIntN(64, bits);
}

// The field that a word on the right side means, where it is neither a number nor a name of a value.
function otherField(node, field, fields) {
  const { text, quoted } = node.literal, other = fields.get(text);
  if (quoted || !other || field.kind === "Ip6" || readDuration(text) !== null || field.names?.some(([, name]) => name === text) || field.errnos?.some(([, name]) => name === text)) return null;
  const alike = !other.text && other.kind !== "Ip6" && other.kind !== "Symbol" && (other.kind === "Float") === (field.kind === "Float") && !!other.frame === !!field.frame;
  return alike && (node.op !== "&" || field.kind !== "Float") ? other : null;
}

// Whether a text fits; negated operators as their opposites.
function matcher(node, wrong) {
  const op = NOT[node.op] ?? node.op, bytes = utf8(node.literal.text);
  if (op === "=~") {
    const { test, problem } = readPattern(node.literal.text);
    if (!test) throw wrong(node.literal, `a regular expression (${problem})`);
    return test;
  }
  if (op === "~") return (text) => glob(bytes, utf8(text));
  if (op === "==") return (text) => text === node.literal.text;
  return (text) => holds(op, compareBytes(utf8(text), bytes), 0);
}

// A symbol is meant by its name, with offset and module or without.
function symbolForms(text) {
  const cut = (value, open, close) => (value.endsWith(close) && value.lastIndexOf(open) > 0 ? value.slice(0, value.lastIndexOf(open)) : value);
  const place = cut(cut(text, " (", ")"), " [", "]"), plus = place.lastIndexOf("+0x");
  return [text, place, plus > 0 ? place.slice(0, plus) : place];
}
