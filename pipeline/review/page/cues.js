// The list of captions: plain rows, one tab stop, and an editor in the row that is being edited.

import { numberOf } from "/page/colours.js";
import { byId, clock, complain, h, parsedTime, say, stored } from "/page/common.js";
import { ask } from "/page/dialogs.js";
import { now, onTime, playSpan, seek } from "/page/player.js";
import { decide, onChange, state } from "/page/state.js";

const list = byId("list"), filter = byId("filter"), follow = byId("follow");
const SIGNS = { machine: "○ machine", edited: "✎ edited", reviewed: "✓ reviewed" };
let rows = [], current = 0, playing = -1, editing = null, drawn = [];

const selected = [];
export const cue = () => state.sheet?.cues[current];
// Told whenever another caption is the current one.
export const onSelect = (listener) => selected.push(listener);
const names = (c) => c.speakers.join(", ") || "nobody known";
const tooFast = (c) => state.sheet.max_cps && c.cps > state.sheet.max_cps;

function row(c, n) {
  const warning = tooFast(c) ? `, reading speed ${c.cps} of ${state.sheet.max_cps}` : "";
  const main = h("button", { class: "time", tabindex: n === current ? 0 : -1, "data-n": n,
    "aria-label": `Caption ${n + 1}, ${clock(c.start_ms)}, ${names(c)}, ${c.state}${warning}: ${c.text}`,
    onclick: () => { select(n); seek(c.start_ms); }, onfocus: () => select(n) }, clock(c.start_ms));
  return h("li", { class: `cue ${c.state}`, "data-n": n, id: `cue-${c.id}` },
    main,
    h("div", { class: "said" }, h("p", { class: "who" }, h("span", { class: `swatch s${numberOf(c.speaker)}`, "aria-hidden": true }), names(c)), h("p", { class: "text", lang: state.sheet.lang, ondblclick: () => edit(n) }, ...lines(c))),
    h("p", { class: "facts" }, h("span", { class: tooFast(c) ? "warn" : "" }, `${tooFast(c) ? "⚠ " : ""}${c.cps} c/s`), h("span", {}, SIGNS[c.state])));
}

const lines = (c) => c.lines.flatMap((line, n) => (n ? [h("br"), line] : [line]));

function actions(n) {
  return h("p", { class: "buttons acts" },
    h("button", { onclick: () => edit(n) }, "Edit"),
    h("button", { onclick: () => speaker() }, "Who speaks"),
    h("button", { "data-do": "words" }, "Some words …"),
    h("button", { onclick: () => review() }, "Watched"),
    h("button", { onclick: () => merge() }, "Join with next"),
    h("button", { onclick: () => remove() }, "Delete"),
    h("button", { onclick: () => link() }, "Copy link"));
}

export function select(n, { focus = false } = {}) {
  if (!rows.length) return;
  const next = Math.max(0, Math.min(n, rows.length - 1));
  if (next !== current || !rows[next].querySelector(".acts")) {
    rows[current]?.querySelector(".acts")?.remove();
    rows[current]?.classList.remove("current");
    rows[current]?.querySelector(".time")?.setAttribute("tabindex", "-1");
    current = next;
    rows[current].classList.add("current");
    rows[current].querySelector(".time")?.setAttribute("tabindex", "0");
    if (!rows[current].querySelector(".editor")) rows[current].append(actions(current));
    selected.forEach((listener) => listener());
  }
  if (focus) {
    rows[current].scrollIntoView({ block: "nearest" });
    rows[current].querySelector(".time")?.focus();
  }
}

// The next row that the filter shows.
export function step(by) {
  let n = current + by;
  while (rows[n]?.hidden) n += by;
  if (rows[n]) select(n, { focus: true });
}

export function selectAt(ms, options) {
  const found = state.sheet.cues.findIndex((c) => c.end_ms > ms);
  select(found < 0 ? rows.length - 1 : found, options);
}

// The caption that a link names: by its own name, by that of the JSON ("c12"), or else the one shown then.
export function selectLinked(name) {
  const cues = state.sheet.cues;
  let n = cues.findIndex((c) => c.id === name);
  if (n < 0 && /^c\d+$/.test(name)) n = Number(name.slice(1)) - 1;
  if (!cues[n]) n = Math.max(0, cues.findLastIndex((c) => Number.parseInt(c.id) <= Number.parseInt(name)));
  select(n, { focus: true });
  seek(cues[n].start_ms);
}

async function link() {
  const address = `${location.origin}${location.pathname}#cue-${cue().id}`;
  history.replaceState(null, "", `#cue-${cue().id}`);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied; it finds this caption after corrections too.");
  } catch { say(`The link to this caption stands in the address bar: ${address}`); }
}

export const replay = () => playSpan(cue().start_ms, cue().end_ms, 0);

// --- editing ------------------------------------------------------------------------------------------------------

function timeField(id, label, ms) {
  const input = h("input", { id, type: "text", value: clock(ms, true), size: 10, autocomplete: "off" });
  const nudge = (by) => { input.value = clock(Math.max(0, (parsedTime(input.value) || 0) + by), true); };
  return [input, h("span", { class: "times" }, h("label", { for: id }, label), input,
    h("button", { type: "button", "aria-label": `${label} 0.1 s earlier`, onclick: () => nudge(-100) }, "−0.1"),
    h("button", { type: "button", "aria-label": `${label} 0.1 s later`, onclick: () => nudge(100) }, "+0.1"),
    h("button", { type: "button", onclick: () => { input.value = clock(now(), true); } }, `${label} now`))];
}

export function edit(n = current) {
  if (editing) return;
  select(n);
  const c = state.sheet.cues[n];
  const area = h("textarea", { id: "editor", rows: Math.max(2, c.text.split("\n").length), lang: state.sheet.lang, maxlength: 2000,
    value: c.text, oninput: () => { state.dirty = true; } });
  const [from, fromRow] = timeField("from", "Start", c.start_ms), [to, toRow] = timeField("to", "End", c.end_ms);
  const box = h("div", { class: "editor" },
    h("label", { for: "editor" }, `Caption ${n + 1}: words on their lines`), area,
    h("p", { class: "quiet" }, "Ctrl+Enter saves and goes on, Esc leaves it as it was."),
    fromRow, toRow, h("p", { id: "time-problem", class: "warn" }),
    h("p", { class: "buttons" }, h("button", { type: "button", onclick: () => save() }, "Save"),
      h("button", { type: "button", onclick: () => close() }, "Cancel"),
      h("button", { type: "button", onclick: () => split() }, "Split at the cursor")));
  editing = { n, cue: c, seen: state.sheet, area, from, to, box };
  rows[n].querySelector(".acts")?.remove();
  rows[n].append(box);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); event.stopPropagation(); save(true); }
  });
  area.focus();
}

function close() {
  if (!editing) return;
  const { n, box } = editing;
  editing = null;
  state.dirty = false;
  box.remove();
  select(n, { focus: true });
}

async function save(goesOn = false) {
  const { cue: c, seen, area, from, to } = editing;
  const start = parsedTime(from.value), end = parsedTime(to.value);
  const wrong = Number.isNaN(start) || Number.isNaN(end) ? "A time looks like 1:02.500." : end <= start ? "The end is before the start." : "";
  byId("time-problem").textContent = wrong;
  for (const input of [from, to]) {
    input.setAttribute("aria-invalid", String(Boolean(wrong)));
    input.setAttribute("aria-describedby", "time-problem");
  }
  if (wrong) return;
  const place = { first: c.first, last: c.last }, reads = area.value !== c.text;
  const moved = start !== c.start_ms || end !== c.end_ms;
  let done = true;
  if (moved) done = await decide("cue", { ...place, start_ms: start, end_ms: end }, "Saved", seen);
  if (done && reads) {
    done = await decide("text", { ...place, text: area.value }, "Saved", seen);
  }
  if (!done || !editing) return;
  const { n } = editing; // captions may have come and gone
  close();
  if (!moved && !reads) say("Nothing was changed.");
  if (goesOn) select(n + 1, { focus: true });
}

export async function split() {
  if (!editing) return complain("Edit the caption, put the cursor where it shall be divided, then split.");
  const { cue: c, seen, area } = editing;
  if (area.value !== c.text) return complain("Save the words first, then split.");
  const words = area.value.slice(0, area.selectionStart).split(/\s+/).filter(Boolean).length;
  if (await decide("split", { first: c.first, last: c.last, words }, "Saved", seen)) close();
}

const place = () => ({ first: cue().first, last: cue().last });
export const merge = () => decide("join", place(), "Joined with the next");
export const remove = () => decide("delete", place(), "Deleted");
export async function review() {
  const n = current, done = decide("review", place(), "Marked as watched");
  if (stored("who", "") || (await done)) select(n + 1, { focus: true });
}

export function speakerNumber(n) {
  const person = state.sheet.people[n - 1];
  if (person) decide("speaker", { ...place(), name: person.id }, `This turn is ${person.name || person.id}`);
}

export async function speaker() {
  const c = cue(), seen = state.sheet, people = seen.people;
  const answer = await ask({ title: "Who speaks here?",
    fields: [{ name: "id", label: "This turn is", options: people.map((p) => [p.id, p.name || p.id]), value: c.speaker || people[0]?.id },
      { name: "name", label: "or somebody new, or a new name for this person" }],
    buttons: [["turn", "This turn is theirs"], ["rename", "Call this person so everywhere"]] });
  if (!answer) return;
  const name = answer.name.trim();
  if (answer.button === "rename") decide("person", { person: answer.id, name }, `${name} it is, everywhere`);
  else decide("speaker", { first: c.first, last: c.last, name: name || answer.id }, "The speaker is changed", seen);
}

export async function renamePerson(id) {
  const answer = await ask({ title: `Who is ${id}?`, fields: [{ name: "name", label: "Name", required: true }] });
  if (answer) decide("person", { person: id, name: answer.name }, "The person has a name");
}

// Which words are chosen in the editor; all of the caption's where none are.
export function chosenWords() {
  const area = editing?.area;
  const text = area && area.selectionEnd > area.selectionStart ? area.value.slice(area.selectionStart, area.selectionEnd) : cue().text;
  return text.replace(/\s+/g, " ").trim();
}

// The caption begins, or ends, where the recording is now; while it is edited the field is filled in.
export function edge(which) {
  const c = cue(), at = now();
  if (editing) {
    editing[which === "start" ? "from" : "to"].value = clock(at, true);
    state.dirty = true;
    return;
  }
  const span = which === "start" ? { start_ms: at, end_ms: c.end_ms } : { start_ms: c.start_ms, end_ms: at };
  if (span.end_ms <= span.start_ms) complain(`Not saved: the caption would ${which} ${which === "start" ? "behind its end" : "before its start"}.`);
  else decide("cue", { ...place(), ...span }, `It ${which}s at ${clock(at, true)}`);
}

// --- drawing ------------------------------------------------------------------------------------------------------

function draw(sheet) {
  const facts = sheet.cues.map((c, n) => JSON.stringify([n, c.start_ms, c.end_ms, c.lines, c.text, c.speakers, c.state, c.cps]));
  const focused = document.activeElement?.closest?.("#list") && !editing;
  const typing = editing?.box.contains(document.activeElement) ? document.activeElement : null;
  plays(-1);
  // What is being written stays, at the caption that it is about, wherever that stands now.
  const apart = (n) => Math.abs(sheet.cues[n].start_ms - editing.cue.start_ms);
  const there = editing ? sheet.cues.reduce((best, _, n) => (apart(n) < apart(best) ? n : best), 0) : -1;
  if (facts.length !== drawn.length || (editing && there !== editing.n)) {
    rows = sheet.cues.map(row);
    list.replaceChildren(...rows);
    if (editing && rows.length) {
      current = editing.n = there;
      rows[current].classList.add("current");
      rows[current].append(editing.box);
    }
  } else {
    facts.forEach((fact, n) => {
      if (fact === drawn[n]) return;
      const made = row(sheet.cues[n], n);
      if (editing?.n === n) made.append(editing.box);
      rows[n].replaceWith(made);
      rows[n] = made;
    });
  }
  drawn = facts;
  filtered();
  const at = Math.min(current, rows.length - 1);
  if (rows[at] && !rows[at].querySelector(".editor")) {
    rows[at].querySelector(".acts")?.remove();
    select(at, { focus: focused });
  }
  if (typing?.isConnected) typing.focus({ preventScroll: true });
}

function filtered() {
  const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  rows.forEach((r, n) => {
    const c = state.sheet.cues[n], text = `${c.text} ${names(c)} ${c.state}`.toLowerCase();
    r.hidden = !wanted.every((w) => text.includes(w));
  });
}

filter.addEventListener("input", filtered);
list.addEventListener("keydown", (event) => {
  if (!event.target.classList?.contains("time") || event.altKey || event.ctrlKey) return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (moves[event.key]) { event.preventDefault(); step(moves[event.key]); }
  if (event.key === "Home") { event.preventDefault(); select(0, { focus: true }); }
  if (event.key === "End") { event.preventDefault(); select(rows.length - 1, { focus: true }); }
  if (event.key === "Enter") { event.preventDefault(); edit(); }
});
function plays(n) {
  rows[playing]?.classList.remove("playing");
  rows[playing]?.removeAttribute("aria-current");
  playing = n;
  rows[n]?.classList.add("playing");
  rows[n]?.setAttribute("aria-current", "true");
}

onTime((ms) => {
  const n = state.sheet ? state.sheet.cues.findIndex((c) => c.start_ms <= ms && ms < c.end_ms) : -1;
  if (n === playing) return;
  plays(n);
  if (n >= 0 && follow.checked && !editing) list.scrollTop += rows[n].getBoundingClientRect().top - list.getBoundingClientRect().top - 80;
});
onChange(draw);
