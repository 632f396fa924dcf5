// Reads a filter: recursive descent, the grammar of docs/filters.md. Nodes: {join, and, parts}, {not}, {test…}; of `in` each member is a comparison of its own.

const MAX_LENGTH = 1 << 16, MAX_DEPTH = 256;
const OPERATORS = "an operator: == != < <= > >= ~ !~ =~ !=~ & in !in";
const SIGNS = ["==", "=~", "!=~", "!=", "!~", "<=", ">=", "<", ">", "~", "="];

// What is wrong, with its place: as the program says it.
export class FilterError extends Error {
  constructor(text, position, expected, found) {
    super(`column ${position + 1}: expected ${expected}, found ${found}`);
    Object.assign(this, { text, position, expected, found, start: position });
  }
}

export const parse = (text) => new Parser(text).all();

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
  }

  all() {
    if (this.text.length > MAX_LENGTH) throw new FilterError(this.text.slice(0, 64), 64, `at most ${MAX_LENGTH} characters`, `${this.text.length}`);
    const node = this.or();
    this.space();
    if (this.at < this.text.length) this.fail("&& or || or the end");
    return node;
  }

  or() { return this.chain("||", false, () => this.and()); }
  and() { return this.chain("&&", true, () => this.unary()); }

  chain(sign, and, next) {
    const parts = [next()];
    while (this.take(sign)) parts.push(next());
    return join(and, parts);
  }

  unary() {
    if (++this.depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels of nesting`);
    let node;
    if (this.take("!")) node = { not: this.unary() };
    else if (!this.take("(")) node = this.test();
    else {
      node = this.or();
      if (!this.take(")")) this.fail("&& or || or )");
    }
    this.depth--;
    return node;
  }

  test() {
    this.space();
    const start = this.at;
    while (isName(this.text[this.at])) this.at++;
    if (this.at === start || /[0-9]/.test(this.text[start])) {
      this.at = start;
      this.fail("a name, ! or (");
    }
    const name = this.text.slice(start, this.at);
    if (name === "stack" && this.word("has")) {
      const property = this.word("dso") ? "dso" : this.word("srcline") ? "srcline" : "sym";
      if (property === "sym") this.word("sym");
      return this.frame(start, "stack", property);
    }
    if (name === "caller" && this.take("(")) {
      const node = this.frame(start, "caller", "sym");
      if (!this.take(")")) this.fail(")");
      return node;
    }
    this.space();
    const position = this.at;
    if (this.word("in")) return this.members(name, start, position, false);
    if (this.text.startsWith("!in", this.at) && !isName(this.text[this.at + 3])) {
      this.at += 3;
      return this.members(name, start, position, true);
    }
    const { op, at } = this.operator();
    const literal = this.literal(false, false);
    if (op !== "&") return { name, start, op, at, literal };
    this.space();
    if (!"=!<>".includes(this.text[this.at] || " ")) return { name, start, op, at, literal };
    const compare = this.operator();
    if (!["==", "!=", "<", "<=", ">", ">="].includes(compare.op)) throw new FilterError(this.text, compare.at, "an operator for what a mask leaves: == != < <= > >=", `'${compare.op}'`);
    return { name, start, op: compare.op, at: compare.at, literal: this.literal(false, false), mask: literal };
  }

  frame(start, place, property) {
    this.space();
    let op = "~", at = this.at;
    if (this.text[at] && "=~!<>".includes(this.text[at])) {
      ({ op, at } = this.operator());
      if (!["==", "~", "=~"].includes(op)) throw new FilterError(this.text, at, '~ == =~ or a pattern (its opposite: !(stack has "x"))', `'${op}'`);
    }
    return { place, property, start, op, at, literal: this.literal(false, false) };
  }

  members(name, start, position, negated) {
    if (!this.take("(")) return this.member(name, start, position, negated, false);
    const parts = [];
    do parts.push(this.member(name, start, position, negated, true));
    while (this.take(","));
    if (!this.take(")")) this.fail(", or )");
    return join(negated, parts);
  }

  member(name, start, position, negated, list) {
    const compare = (op, literal) => ({ name, start, op, at: position, literal });
    this.space();
    let low = null, high = null;
    if (!this.text.startsWith("..", this.at)) {
      low = this.literal(list, true);
      this.space();
    }
    if (!this.text.startsWith("..", this.at)) return compare(negated ? "!=" : "==", low);
    this.at += 2;
    this.space();
    const next = this.text[this.at];
    if (!low || next === '"' || next === "'" || isWord(next, list)) high = this.literal(list, false);
    const ends = [];
    if (low) ends.push(compare(negated ? "<" : ">=", low));
    if (high) ends.push(compare(negated ? ">" : "<=", high));
    return join(!negated, ends);
  }

  operator() {
    this.space();
    const at = this.at;
    for (const sign of SIGNS) if (this.take(sign)) return { op: sign === "=" ? "==" : sign, at };
    if (this.text[at] === "&" && this.text[at + 1] !== "&") {
      this.at++;
      return { op: "&", at };
    }
    return this.fail(OPERATORS);
  }

  literal(list, low) {
    this.space();
    const { text } = this, start = this.at;
    if (text[start] === '"' || text[start] === "'") return this.quoted(text[start]);
    const bar = (at) => text[at] === "|" && at > start && isWord(text[at + 1], list) && text[at - 1] !== "|";
    while ((isWord(text[this.at], list) || bar(this.at)) && !(low && text.startsWith("..", this.at))) this.at++;
    if (this.at === start) this.fail('a number, a word or a "string"');
    return { text: text.slice(start, this.at), quoted: false, start };
  }

  quoted(quote) {
    const { text } = this, start = this.at++;
    let value = "";
    while (this.at < text.length && text[this.at] !== quote) {
      if (text[this.at] === "\\" && (text[this.at + 1] === quote || text[this.at + 1] === "\\")) this.at++;
      value += text[this.at++];
    }
    if (this.at >= text.length) throw new FilterError(text, start, `a closing ${quote}`, "the end");
    this.at++;
    return { text: value, quoted: true, start };
  }

  take(sign) {
    this.space();
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  word(word) {
    this.space();
    if (!this.text.startsWith(word, this.at) || isName(this.text[this.at + word.length])) return false;
    this.at += word.length;
    return true;
  }

  space() { while (this.at < this.text.length && /\s/.test(this.text[this.at])) this.at++; }

  fail(expected) {
    this.space();
    throw new FilterError(this.text, this.at, expected, this.at >= this.text.length ? "the end" : `'${this.text[this.at]}'`);
  }
}

const join = (and, parts) => (parts.length === 1 ? parts[0] : { join: true, and, parts });
const isName = (c) => c !== undefined && /[A-Za-z0-9_.:[\]]/.test(c);
const isWord = (c, list) => c !== undefined && !/[\s()&|"'=<>!~]/.test(c) && !(list && c === ",");
