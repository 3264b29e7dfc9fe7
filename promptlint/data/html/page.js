// Tables that sort and filter, findings that open for print. Without it the page shows everything all the same.
"use strict";

const make = (name, text, properties = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, properties);

// The number in a cell such as "$1,234.50" or "~900+?"; null where there is none.
function number(text) {
  const found = parseFloat(text.replace(/[^0-9.-]/g, ""));
  return Number.isNaN(found) ? null : found;
}

function compare(one, other, numeric, direction) {
  if (!numeric) return direction * one.localeCompare(other, "en", { numeric: true });
  const [left, right] = [number(one), number(other)];
  // What is not known comes last, whichever way the rest is sorted.
  if (left === null || right === null) return (left === null) - (right === null);
  return direction * (left - right);
}

function sortable(table, rows) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button", head.textContent, { type: "button" });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("number");
      const now = head.getAttribute("aria-sort");
      const falling = now ? now === "ascending" : numeric && head.textContent !== "#";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const text = (row) => row.rows[0].cells[column].textContent;
      const sorted = [...rows].sort((one, other) => compare(text(one), text(other), numeric, falling ? -1 : 1));
      table.append(...sorted);
    });
  });
}

function filterable(rows, tools) {
  const field = make("input", "", { type: "search", autocomplete: "off" });
  const count = make("output", "");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
    });
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = field.value.trim() ? `${shown} of ${rows.length} rows` : "";
  });
  const label = make("label", "Filter ");
  label.append(field);
  tools.append(label, count);
}

function openable(table, tools) {
  const all = [...table.querySelectorAll("details")];
  if (!all.length) return;
  const button = make("button", "Open all", { type: "button" });
  button.addEventListener("click", () => {
    const open = button.textContent === "Open all";
    all.forEach((one) => (one.open = open));
    button.textContent = open ? "Close all" : "Open all";
  });
  tools.append(button);
}

for (const table of document.querySelectorAll("table")) {
  const rows = [...table.tBodies];
  const tools = make("div", "", { className: "tools" });
  if (rows.length > 1) sortable(table, rows);
  if (rows.length > 5) filterable(rows, tools);
  openable(table, tools);
  if (tools.hasChildNodes()) table.before(tools);
}

function openTarget() {
  document.getElementById(location.hash.slice(1))?.querySelector("details")?.setAttribute("open", "");
}
addEventListener("hashchange", openTarget);
openTarget();

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((one) => (one.open = true));
});
addEventListener("afterprint", () => opened.forEach((one) => (one.open = false)));
