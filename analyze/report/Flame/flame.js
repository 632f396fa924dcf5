"use strict";
(function () {
  const svg = document.documentElement, W = 1200, M = 10, LETTER = 6.6;
  const details = document.getElementById("details"), matched = document.getElementById("matched");
  const reset = document.getElementById("reset");
  const boxes = Array.from(document.querySelectorAll("#frames > g")).map(function (g) {
    const rect = g.querySelector("rect"), title = g.querySelector("title").textContent;
    const cut = title.lastIndexOf(" (");
    return { g: g, rect: rect, text: g.querySelector("text"), title: title, name: title.slice(0, cut),
      label: title.slice(0, cut).replace(/ \[[^\]]*\]$/, ""),
      x: +rect.getAttribute("x"), y: +rect.getAttribute("y"), w: +rect.getAttribute("width") };
  });

  function place(box, x, w) {
    box.g.style.display = "";
    box.rect.setAttribute("x", x);
    box.rect.setAttribute("width", w);
    box.text.setAttribute("x", x + 3);
    const letters = Math.floor((w - 6) / LETTER);
    box.text.textContent = letters < 3 ? "" : box.label.length <= letters ? box.label : box.label.slice(0, letters - 2) + "..";
  }

  function zoom(target) {
    const scale = (W - 2 * M) / target.w, slack = 0.02;
    for (const box of boxes) {
      const below = box.y > target.y;
      if (below && box.x <= target.x + slack && box.x + box.w >= target.x + target.w - slack) {
        place(box, M, W - 2 * M);
        box.g.classList.toggle("above", true);
        continue;
      }
      box.g.classList.toggle("above", false);
      const x = M + (box.x - target.x) * scale, w = box.w * scale;
      if (below || box.x < target.x - slack || box.x + box.w > target.x + target.w + slack) box.g.style.display = "none";
      else place(box, x, w);
    }
    reset.setAttribute("visibility", target === boxes[0] ? "hidden" : "visible");
  }

  // Weight of a match inside another match is not counted twice.
  function search(term) {
    let test = function () { return false; };
    if (term) {
      try { const re = new RegExp(term, "i"); test = function (s) { return re.test(s); }; }
      catch (e) { const low = term.toLowerCase(); test = function (s) { return s.toLowerCase().includes(low); }; }
    }
    let sum = 0, hits = 0;
    const spans = [];
    for (const box of boxes) {
      const hit = test(box.name);
      box.g.classList.toggle("hit", hit);
      if (hit) { hits++; spans.push([box.x, box.x + box.w]); }
    }
    spans.sort(function (a, b) { return a[0] - b[0] || b[1] - a[1]; });
    let end = -1;
    for (const s of spans) { if (s[1] > end) { sum += s[1] - Math.max(s[0], end); end = s[1]; } }
    matched.textContent = term ? "Matched: " + (100 * sum / boxes[0].w).toFixed(2) + "% in " + hits + " boxes" : "";
    const button = document.getElementById("search");
    button.textContent = term ? "Clear search" : "Search";
  }

  function ask() {
    if (matched.textContent) { search(""); return; }
    const term = window.prompt("Function or module to find (regular expression):", "");
    if (term) search(term);
  }

  if (!boxes.length) return;
  for (const box of boxes) {
    box.g.addEventListener("click", function () { zoom(box); });
    box.g.addEventListener("mouseover", function () { details.textContent = box.title; });
    box.g.addEventListener("mouseout", function () { details.textContent = ""; });
  }
  reset.addEventListener("click", function () { zoom(boxes[0]); });
  document.getElementById("search").addEventListener("click", ask);
  window.addEventListener("keydown", function (e) {
    if (e.key === "Escape") { search(""); zoom(boxes[0]); }
    else if (e.key === "/" || (e.ctrlKey && e.key === "f")) { e.preventDefault(); ask(); }
  });
  window.flame = { search: search, zoom: function (name) { const b = boxes.find(function (x) { return x.label === name; }); if (b) zoom(b); } };
  svg.setAttribute("data-ready", "1");
})();
