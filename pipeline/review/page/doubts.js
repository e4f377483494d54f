// What needs a person: one after the other, played with two seconds before it, with its evidence and what can be done.

import { byId, clock, complain, counted, h, say } from "/page/common.js";
import { edit, renamePerson, selectAt } from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import { playSpan } from "/page/player.js";
import { decide, left, onChange, state } from "/page/state.js";

const GROUPS = { words: "Words and voices", findings: "Caption rules" };
const card = byId("card"), open = byId("open"), which = byId("which");
let chosen = null, at = 0, drawn = "", visited = null;

const shown = () => (which.value === "findings" ? state.findings : state.sheet.doubts);

// --- stepping -----------------------------------------------------------------------------------------------------

export function step(by) {
  const all = shown();
  if (!all.length) return say("Nothing here needs a person.");
  const held = all.findIndex((d) => d.key === chosen);
  // What is shown but was not listened to yet comes first: at the start, and where the one before was settled.
  const stays = held >= 0 && visited !== chosen && by > 0;
  const next = held < 0 ? Math.min(at, all.length - 1) : stays ? held : (held + by + all.length) % all.length;
  choose(all[next], true);
}

function choose(doubt, plays) {
  chosen = visited = doubt.key;
  at = shown().indexOf(doubt);
  selectAt((doubt.start_ms + doubt.end_ms) / 2);
  draw();
  open.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  if (!plays) return;
  playSpan(doubt.start_ms, doubt.end_ms);
  card.querySelector("button")?.focus();
  say(`${at + 1} of ${shown().length}: ${doubt.title}, at ${clock(doubt.start_ms)}`);
}

const current = () => shown().find((d) => d.key === chosen) ?? null;

// --- settling -----------------------------------------------------------------------------------------------------

async function settle(kind, values, saved) {
  if (await decide(kind, values, saved)) {
    say(`${saved}; ${left()}.`);
    card.querySelector("button")?.focus();
  }
}

export function accept() {
  const doubt = current();
  if (doubt?.can.includes("accept")) return settle("accept", { ref: doubt.ref, key: doubt.key }, "Saved as suggested");
  complain(doubt ? "Nothing is suggested here: edit it or waive it." : "Step to something first (Alt+N).");
}

export function change() {
  const doubt = current();
  if (doubt) selectAt((doubt.start_ms + doubt.end_ms) / 2);
  edit();
}

export async function waive() {
  const doubt = current();
  if (!doubt?.can.includes("waive")) return complain("This cannot be waived.");
  const answer = await ask({ title: "It is right as it is", text: [h("p", {}, doubt.title)],
    fields: [{ name: "reason", label: "Why", required: true }], buttons: [["ok", "Waive"]] });
  if (answer) settle("waive", { key: doubt.key, rule: doubt.rule, start_ms: doubt.start_ms, reason: answer.reason }, "Waived");
}

function acts(doubt) {
  const made = {
    accept: () => h("button", { class: "main", onclick: accept }, `Accept “${doubt.proposed}”`),
    edit: () => h("button", { onclick: change }, "Edit the caption"),
    waive: () => h("button", { onclick: waive }, "Right as it is …"),
    name: () => h("button", { onclick: () => renamePerson(doubt.ref) }, "Name this person …"),
    drop: () => h("button", { onclick: () => settle("drop", { ref: doubt.ref, key: doubt.key }, "Dropped") }, "Drop this decision"),
    insist: () => h("button", { onclick: () => settle("insist", { ref: doubt.ref, key: doubt.key }, "It holds after all") }, "It holds after all"),
  };
  return doubt.can.map((name) => made[name]());
}

// --- drawing ------------------------------------------------------------------------------------------------------

function draw() {
  const counts = { words: state.sheet.doubts.length, findings: state.findings.length };
  const group = which.value || "words";
  which.replaceChildren(...Object.entries(GROUPS).map(([v, label]) => h("option", { value: v }, `${label} (${counts[v]})`)));
  which.value = group;
  const all = shown(), doubt = current() ?? all[Math.min(at, all.length - 1)] ?? null;
  chosen = doubt?.key ?? null;
  const now = JSON.stringify([chosen, all.map((d) => d.key)]);
  if (now === drawn) return;
  drawn = now;
  const focused = card.contains(document.activeElement);
  card.replaceChildren(...(doubt ? [
    h("h3", {}, `${clock(doubt.start_ms)} ${doubt.title}`),
    h("dl", {}, ...doubt.evidence.flatMap((e) => [h("dt", {}, e.what), h("dd", {}, e.text)])),
    h("p", { class: "buttons" }, h("button", { onclick: () => playSpan(doubt.start_ms, doubt.end_ms) }, "Listen"), ...acts(doubt)),
  ] : [h("p", {}, "Nothing here needs a person.")]));
  if (focused) card.querySelector("button")?.focus();
  open.replaceChildren(...all.map((d) => h("li", {}, h("button", { "aria-current": d.key === chosen ? "true" : false,
    onclick: () => choose(d, true) }, `${clock(d.start_ms)} ${d.title}${d.proposed ? `: “${d.proposed}”` : ""}`))));
  byId("doubts-title").textContent = `Needs a person: ${counted(state.sheet.doubts.length, "thing")}`;
}

which.addEventListener("change", () => { at = 0; chosen = null; draw(); });
onChange(draw);
