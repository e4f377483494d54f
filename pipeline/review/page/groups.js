// The list of what is open: things of one rule and cause under one heading, chosen one by one or all together. One tab stop;
// arrows go from row to row, Enter goes there, Space chooses.

import { api, byId, clock, counted, h, complain } from "/page/common.js";
import { ask } from "/page/dialogs.js";
import { decide, state } from "/page/state.js";

const list = byId("open"), bar = byId("chosen");
const HARM = { conflict: "conflicts", meaning: "meaning", sync: "sync", missing: "missing speech", names: "names", form: "typography" };
const MOST_SHOWN = 40;
let chosen = new Set(), items = new Map(), opened = new Set(), acts = null;

// The things of one rule and cause, in the order of the list that is given.
export function grouped(all) {
  const groups = new Map();
  for (const d of all) {
    const name = `${d.harm} ${d.rule || d.kind} ${d.cause ?? d.title.replace(/\d+/g, "…")}`;
    if (!groups.has(name)) groups.set(name, { name, harm: d.harm, title: d.cause ?? d.title, items: [] });
    groups.get(name).items.push(d);
  }
  return [...groups.values()];
}

export const chosenKeys = (can) => [...chosen].filter((key) => items.get(key)?.can.includes(can));

function choose(keys, on) {
  for (const key of keys) chosen[on ? "add" : "delete"](key);
  marks();
}

function marks() {
  for (const box of list.querySelectorAll("input[data-key]")) {
    box.checked = chosen.has(box.dataset.key);
    box.parentElement.nextElementSibling.setAttribute("aria-pressed", String(box.checked));
  }
  for (const box of list.querySelectorAll("input[data-group]")) {
    const keys = JSON.parse(box.dataset.group), count = keys.filter((k) => chosen.has(k)).length;
    box.checked = count === keys.length;
    box.indeterminate = count > 0 && count < keys.length;
  }
  if (acts) drawChosen(acts);
}

function row(d, current, go) {
  const box = h("input", { type: "checkbox", "data-key": d.key, tabindex: -1, "aria-label": `Choose ${d.title}, ${clock(d.start_ms)}`,
    onchange: (e) => choose([d.key], e.target.checked) });
  const text = d.evidence.find((e) => e.what === "caption" || e.what === "it reads")?.text ?? "";
  return h("li", { class: "row" }, h("label", { class: "hit" }, box), h("button", { "data-row": d.key, tabindex: -1, "aria-current": d.key === current,
    "aria-pressed": "false", onclick: () => go(d) }, `${clock(d.start_ms)} ${d.title}`, text ? h("span", { class: "quiet" }, ` ${text}`) : ""));
}

function section(group, current, go) {
  if (group.items.length === 1) return [row(group.items[0], current, go)];
  const keys = group.items.map((d) => d.key), open = opened.has(group.name) || keys.includes(current);
  const head = h("li", { class: "group" },
    h("label", { class: "hit" }, h("input", { type: "checkbox", "data-group": JSON.stringify(keys), tabindex: -1,
      "aria-label": `Choose all: ${group.title}`, onchange: (e) => choose(keys, e.target.checked) })),
    h("button", { "data-row": group.name, tabindex: -1, "aria-expanded": String(open), "aria-label": `${group.title}, ${group.items.length}`,
      onclick: () => { opened[opened.has(group.name) ? "delete" : "add"](group.name); redraw(); } },
    h("strong", {}, `${group.items.length} × ${group.title}`), h("span", { class: "quiet" }, ` ${HARM[group.harm]}`)));
  if (!open) return [head];
  const at = Math.max(0, keys.indexOf(current)), first = Math.max(0, Math.min(at - MOST_SHOWN / 2, keys.length - MOST_SHOWN));
  const shown = group.items.slice(first, first + MOST_SHOWN);
  const rest = group.items.length - shown.length;
  return [head, ...shown.map((d) => row(d, current, go)),
    rest ? h("li", { class: "quiet" }, `and ${rest} more of the same; choosing the heading chooses them too`) : null].filter(Boolean);
}

let redraw = () => {};
export function drawGroups(all, flat, current, go) {
  items = new Map([...state.sheet.doubts, ...state.findings].map((d) => [d.key, d]));
  chosen = new Set([...chosen].filter((key) => items.has(key)));
  redraw = () => {
    const at = document.activeElement?.dataset?.row;
    const groups = flat ? all.slice(0, 400).map((d) => ({ items: [d] })) : grouped(all);
    list.replaceChildren(...groups.flatMap((g) => section(g, current, go)));
    marks();
    const rows = [...list.querySelectorAll("[data-row]")];
    const first = rows.find((r) => r.dataset.row === at) ?? rows.find((r) => r.getAttribute("aria-current") === "true") ?? rows[0];
    if (first) first.tabIndex = 0;
    if (at) first?.focus();
  };
  redraw();
}

// Scrolls the list alone, and never cuts the heading above a row: `scrollIntoView` would move what stands above the list too.
export function reveal(key) {
  const row = list.querySelector(`[data-row="${CSS.escape(key)}"]`)?.closest("li");
  if (!row) return;
  const before = row.previousElementSibling, head = before?.classList.contains("group") ? before : row;
  const box = list.getBoundingClientRect();
  const under = row.getBoundingClientRect().bottom - box.bottom, over = head.getBoundingClientRect().top - box.top;
  if (under > 0) list.scrollTop += under;
  if (over - Math.max(0, under) < 0) list.scrollTop += over - Math.max(0, under);
}

// What can be done with all that is chosen.
export function drawChosen(settle) {
  acts = settle;
  const count = (can) => chosenKeys(can).length;
  bar.replaceChildren(...(chosen.size ? [
    h("span", {}, `${chosen.size} chosen:`),
    count("take") ? h("button", { onclick: settle.take }, `Take ${count("take")}`) : "",
    count("mend") ? h("button", { onclick: mendChosen }, `Preview ${counted(count("mend"), "mend")} …`) : "",
    count("waive") ? h("button", { onclick: settle.waive }, `Waive ${count("waive")} …`) : "",
    h("button", { onclick: () => choose([...chosen], false) }, "Choose none"),
  ] : []));
}

async function mendChosen() {
  const keys = chosenKeys("mend");
  let mends;
  try {
    ({ mends } = await api(`/api/videos/${state.id}/preview`, { keys }));
  } catch (error) { return complain(error.message); }
  if (!mends.length) return complain("None of these can be mended without making another worse: edit them, or say why they are right.");
  const span = (side) => `${clock(side.start_ms, true)} to ${clock(side.end_ms, true)}`;
  const same = (m) => span(m.before) === span(m.after);
  const text = [h("p", {}, `${counted(mends.length, "caption")} would change; no word does.`), h("ol", { class: "mends" }, ...mends.map((m) => h("li", {},
    h("p", { class: "quiet" }, m.rules.join(", ")),
    h("blockquote", {}, `${same(m) ? "" : `${span(m.before)}\n`}${m.before.lines.join("\n")}`),
    h("blockquote", { class: "after" }, `${same(m) ? "" : `${span(m.after)}\n`}${m.after.lines.join("\n")}`))))];
  const answer = await ask({ title: "What mending would change", text, buttons: [["ok", `Mend ${counted(mends.length, "caption")}`]] });
  if (answer) decide("mend", { keys }, `${counted(mends.length, "caption")} mended`);
}

list.addEventListener("keydown", (event) => {
  const rows = [...list.querySelectorAll("[data-row]")], at = rows.indexOf(document.activeElement);
  if (at < 0 || event.altKey || event.ctrlKey) return;
  const by = { ArrowDown: 1, ArrowUp: -1, Home: -at, End: rows.length - 1 - at }[event.key];
  if (by !== undefined) {
    event.preventDefault();
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    rows[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
  if (event.key === " ") {
    event.preventDefault();
    const box = rows[at].previousElementSibling.firstElementChild;
    choose(box.dataset.key ? [box.dataset.key] : JSON.parse(box.dataset.group), !box.checked);
  }
});
