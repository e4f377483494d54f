// The list of captions: plain rows, one tab stop, and an editor in the row that is being edited.

import { numberOf } from "/page/colours.js";
import { byId, clock, complain, h, parsedTime, say, stored, TOO_SOON_MS } from "/page/common.js";
import { ask } from "/page/dialogs.js";
import { now, onTime, playSpan, seek } from "/page/player.js";
import { decide, onChange, state } from "/page/state.js";

const list = byId("list"), filter = byId("filter"), follow = byId("follow");
const SIGNS = { machine: "○ machine", edited: "✎ edited", reviewed: "✓ reviewed" };
let rows = [], current = 0, playing = -1, editing = null, drawn = [], shown = { cues: [], people: [] }, slidAt = -Infinity;

const selected = [];
export const cue = () => state.sheet?.cues[current];
// Told whenever another caption is the current one.
export const onSelect = (listener) => selected.push(listener);
const names = (c) => c.speakers.join(", ") || "nobody known";
const tooFast = (c) => state.sheet.max_cps && c.cps > state.sheet.max_cps;

function row(c) {
  const at = () => Number(made.dataset.n); // captions come and go above it
  const main = h("button", { class: "time", tabindex: -1, onclick: () => { select(at()); seek(c.start_ms); }, onfocus: () => select(at()) }, clock(c.start_ms));
  const made = h("li", { class: `cue ${c.state}`, id: `cue-${c.id}` },
    main,
    h("div", { class: "said" }, h("p", { class: "who" }, h("span", { class: `swatch s${numberOf(c.speaker)}`, "aria-hidden": true }), names(c)), h("p", { class: "text", lang: state.sheet.lang, ondblclick: () => edit(at()) }, ...lines(c))),
    h("p", { class: "facts" }, h("span", { class: tooFast(c) ? "warn" : "" }, `${tooFast(c) ? "⚠ " : ""}${c.cps} c/s`), h("span", {}, SIGNS[c.state])));
  return made;
}

function numbered(made, c, n) {
  const warning = tooFast(c) ? `, reading speed ${c.cps} of ${state.sheet.max_cps}` : "";
  made.dataset.n = n;
  made.querySelector(".time").setAttribute("aria-label", `Caption ${n + 1}, ${clock(c.start_ms)}, ${names(c)}, ${c.state}${warning}: ${c.text}`);
}

const lines = (c) => c.lines.flatMap((line, n) => (n ? [h("br"), line] : [line]));

function actions() {
  return h("p", { class: "buttons acts" },
    h("button", { onclick: () => edit() }, "Edit"),
    h("button", { onclick: () => speaker() }, "Who speaks"),
    h("button", { "data-do": "words" }, "Some words …"),
    h("button", { onclick: () => review() }, "Watched"),
    h("button", { onclick: () => merge() }, "Join with next"),
    h("button", { onclick: (event) => remove(event.timeStamp) }, "Delete"),
    h("button", { onclick: () => link() }, "Copy link"));
}

function unmark(made) {
  made.querySelector(".acts")?.remove();
  made.classList.remove("current");
  made.querySelector(".time").setAttribute("tabindex", "-1");
}

export function select(n, { focus = false } = {}) {
  if (!rows.length) return;
  const next = Math.max(0, Math.min(n, rows.length - 1));
  if (next !== current || !rows[next].querySelector(".acts")) {
    if (rows[current]) unmark(rows[current]);
    current = next;
    rows[current].classList.add("current");
    rows[current].querySelector(".time")?.setAttribute("tabindex", "0");
    if (!rows[current].querySelector(".editor")) rows[current].append(actions());
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
  const put = (value) => { input.value = clock(Math.max(0, value), true); state.dirty = true; };
  const nudge = (by) => put((parsedTime(input.value) || 0) + by);
  return [input, h("span", { class: "times" }, h("label", { for: id }, label), input,
    h("button", { type: "button", "aria-label": `${label} 0.1 s earlier`, onclick: () => nudge(-100) }, "−0.1"),
    h("button", { type: "button", "aria-label": `${label} 0.1 s later`, onclick: () => nudge(100) }, "+0.1"),
    h("button", { type: "button", onclick: () => put(now()) }, `${label} now`))];
}

export function edit(n = current) {
  if (editing) return editing.area.focus();
  select(n);
  const c = cue();
  if (!c) return;
  const area = h("textarea", { id: "editor", rows: Math.max(2, c.text.split("\n").length), lang: state.sheet.lang, maxlength: 2000,
    value: c.text });
  const [from, fromRow] = timeField("from", "Start", c.start_ms), [to, toRow] = timeField("to", "End", c.end_ms);
  const box = h("div", { class: "editor" },
    h("label", { for: "editor" }, `Caption ${n + 1}: words on their lines`), area,
    h("p", { class: "quiet" }, "Ctrl+Enter saves and goes on, Esc leaves it as it was."),
    fromRow, toRow, h("p", { id: "time-problem", class: "warn" }),
    h("p", { class: "buttons" }, h("button", { type: "button", onclick: () => save() }, "Save"),
      h("button", { type: "button", onclick: () => close() }, "Cancel"),
      h("button", { type: "button", onclick: () => split() }, "Split at the cursor")));
  editing = { n: current, cue: c, seen: state.sheet, area, from, to, box, saving: false };
  rows[current].querySelector(".acts")?.remove();
  rows[current].append(box);
  box.addEventListener("input", () => { state.dirty = true; });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); event.stopPropagation(); save(true); }
  });
  area.focus();
}

// Whether somebody was still at it: who went on meanwhile is not called back.
function close() {
  const { n, box } = editing, stays = box.contains(document.activeElement) || document.activeElement === document.body;
  editing = null;
  state.dirty = false;
  box.remove();
  select(stays ? n : current, { focus: stays });
  return stays;
}

const written = ({ area, from, to }) => JSON.stringify([area.value, from.value, to.value]);

async function save(goesOn = false) {
  const one = editing, { cue: c, seen, area, from, to } = one;
  if (one.saving) return;
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
  const text = area.value, sent = written(one);
  let done = true;
  one.saving = true;
  try {
    if (moved) done = await decide("cue", { ...place, start_ms: start, end_ms: end }, "Saved", seen);
    if (done && reads) done = await decide("text", { ...place, text }, "Saved", seen);
  } finally { one.saving = false; }
  if (!done || editing !== one) return;
  if (written(one) !== sent) { // what was written since stays, and is about the caption as it is now
    Object.assign(one, { cue: state.sheet.cues[one.n], seen: state.sheet });
    return;
  }
  if (!moved && !reads) say("Nothing was changed.");
  if (close() && goesOn) step(1);
}

export async function split() {
  if (!editing) return complain("Edit the caption, put the cursor where it shall be divided, then split.");
  const one = editing, { cue: c, seen, area } = one;
  if (one.saving) return;
  if (area.value !== c.text) return complain("Save the words first, then split.");
  const words = area.value.slice(0, area.selectionStart).split(/\s+/).filter(Boolean).length;
  one.saving = area.readOnly = true; // where it shall be divided is counted in these words
  try {
    if (await decide("split", { first: c.first, last: c.last, words }, "Saved", seen) && editing === one) close();
  } finally { one.saving = area.readOnly = false; }
}

const place = () => ({ first: cue().first, last: cue().last });
export const merge = () => decide("join", place(), "Joined with the next");
// A second click of two is about the caption that is gone by then.
export function remove(at) {
  if (at < slidAt + TOO_SOON_MS) say("This is the next caption: look at it first.");
  else decide("delete", place(), "Deleted");
}
export async function review() {
  const was = cue(), done = decide("review", place(), "Marked as watched");
  if ((stored("who", "") || (await done)) && cue()?.id === was.id) step(1);
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

const factsOf = (c) => JSON.stringify([c.id, c.start_ms, c.end_ms, c.lines, c.text, c.speakers, numberOf(c.speaker), c.state, c.cps]);

// Where a caption stands among these: by its name, else what is shown at its time, or next.
function placeOf(was, cues) {
  const same = cues.findIndex((c) => c.id === was.id);
  if (same >= 0) return same;
  const there = cues.findIndex((c) => c.end_ms > was.start_ms);
  return there < 0 ? cues.length - 1 : there;
}

// The rows of captions that are new, or other than before; all else stays where it is, and as far as it was scrolled.
function rowsOf(cues, facts) {
  const least = Math.min(facts.length, drawn.length);
  let first = 0, behind = 0;
  while (first < least && facts[first] === drawn[first]) first++;
  while (behind < least - first && facts.at(-1 - behind) === drawn.at(-1 - behind)) behind++;
  const isSameCount = facts.length === drawn.length;
  const made = cues.slice(first, cues.length - behind).map((c, k) => (isSameCount && facts[first + k] === drawn[first + k] ? rows[first + k] : row(c)));
  const old = rows.splice(first, rows.length - behind - first, ...made);
  const next = rows[first + made.length] ?? null;
  if (isSameCount) old.forEach((r, k) => { if (r !== made[k]) r.replaceWith(made[k]); });
  else {
    old.forEach((r) => r.remove());
    made.forEach((r) => list.insertBefore(r, next));
  }
  for (let n = first; n < (isSameCount ? first + made.length : rows.length); n++) numbered(rows[n], cues[n], n);
}

function draw(sheet) {
  if (sheet.cues === shown.cues && sheet.people === shown.people) return;
  const facts = sheet.cues.map(factsOf), was = shown.cues[current];
  const held = document.activeElement?.closest?.("#list") && !editing ? document.activeElement : null;
  const act = held ? [...held.parentElement.children].indexOf(held) : 0, wasActing = held?.closest(".acts");
  const typing = editing?.box.contains(document.activeElement) ? document.activeElement : null;
  plays(-1);
  rowsOf(sheet.cues, facts);
  drawn = facts;
  shown = sheet;
  filtered();
  if (!rows.length) return;
  // The current caption stays the current one, and what is being written stays with its own, wherever they stand now.
  const writesHere = editing?.n === current;
  if (editing) {
    editing.n = placeOf(editing.cue, sheet.cues);
    if (editing.box.parentElement !== rows[editing.n]) rows[editing.n].append(editing.box);
    rows[editing.n].querySelector(".acts")?.remove();
  }
  const here = writesHere ? editing.n : was ? placeOf(was, sheet.cues) : 0;
  if (was && sheet.cues[here].id !== was.id) slidAt = performance.now();
  rows.forEach((r, n) => { if (n !== here && r.classList.contains("current")) unmark(r); });
  current = here;
  select(here);
  if (held && !held.isConnected) ((wasActing && rows[here].querySelector(".acts")?.children[act]) || rows[here].querySelector(".time")).focus();
  if (typing?.isConnected) typing.focus({ preventScroll: true });
  heard();
}

let narrowed = false;
function filtered() {
  const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length && !narrowed) return;
  narrowed = wanted.length > 0;
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

// The row of what is said where it plays.
function heard(ms = now()) {
  const n = state.sheet ? state.sheet.cues.findIndex((c) => c.start_ms <= ms && ms < c.end_ms) : -1;
  if (n === playing) return false;
  plays(n);
  return n >= 0;
}

onTime((ms) => {
  if (heard(ms) && follow.checked && !editing) list.scrollTop += rows[playing].getBoundingClientRect().top - list.getBoundingClientRect().top - 80;
});
onChange(draw);
