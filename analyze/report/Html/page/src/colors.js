// Colours of boxes. One hue for each kind of code, shaded by module and name, so that neighbours differ and the same function is always the same.

const light = {
  user: [28, 86, 66], kernel: [206, 62, 66], inlined: [45, 84, 70], unresolved: [220, 6, 74], jit: [142, 44, 62], group: [220, 14, 82],
  hit: "#d6336c", hitText: "#fff", dim: 0.28, text: "#1c1206", outline: "#111827", line: "rgba(255,255,255,.65)",
};
const dark = {
  user: [24, 62, 48], kernel: [208, 48, 46], inlined: [40, 58, 44], unresolved: [220, 5, 42], jit: [148, 36, 38], group: [220, 12, 30],
  hit: "#f06595", hitText: "#1a0710", dim: 0.3, text: "#fdf6ee", outline: "#f8fafc", line: "rgba(15,18,22,.7)",
};

export const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? dark : light);

function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

export function fill(colors, kind, module, name) {
  const [hue, saturation, lightness] = colors[kind];
  const byModule = hash(module), byName = hash(name);
  const turn = kind === "user" || kind === "inlined" ? (byModule % 23) - 14 : (byModule % 17) - 8;
  return `hsl(${hue + turn} ${saturation}% ${lightness + (byName % 9) - 4}%)`;
}
