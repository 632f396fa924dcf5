// The languages table's Node program: compiled and interpreted functions, closures, sorting, JSON. Runs until it is killed.
class Square {
    constructor(a) { this.a = a; }
    area(depth) {
        let t = this.a;
        for (let i = 1; i < 40; i++) t += Math.sqrt(t + i);
        return t;
    }
}
class Tree {
    constructor(parts) { this.parts = parts; }
    area(depth) {
        let sum = 0;
        for (const p of this.parts) sum += p.area(depth + 1);
        return sum;
    }
}
function grow(levels) {
    if (levels === 0) return new Square(1.5);
    return new Tree([0, 1, 2].map(() => grow(levels - 1)));
}
function words(n) {
    const seen = new Map();
    for (let i = 0; i < n; i++) {
        const k = "word" + (i % 97);
        seen.set(k, (seen.get(k) || 0) + 1);
    }
    return [...seen.keys()].sort((a, b) => (a < b ? -1 : 1)).length;
}
let round = 0, total = 0;
function turn() {
    for (let i = 0; i < 200; i++) {
        total += grow(5).area(0) + words(300);
        total += JSON.parse(JSON.stringify({ a: [1, 2, 3], round: round++ })).round % 3;
    }
    setImmediate(turn);
}
turn();
