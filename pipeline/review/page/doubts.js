// What needs a person: one after the other, played with two seconds before it, with its evidence and what can be done. Things of
// one rule and cause stand together, and can be chosen and settled together.

import { byId, clock, complain, counted, h, say, TOO_SOON_MS } from "/page/common.js";
import { edit, renamePerson, selectAt } from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import { playSpan, seek } from "/page/player.js";
import { decide, left, onChange, state } from "/page/state.js";
import { show } from "/page/tabs.js";
import { about, add } from "/page/words.js";
import { chosenKeys, drawChosen, drawGroups, grouped, reveal } from "/page/groups.js";

const GROUPS = { words: "Words and voices", findings: "Caption rules" };
export const HARMS = ["conflict", "meaning", "sync", "missing", "names", "form"];
const card = byId("card"), which = byId("which"), order = byId("order");
let chosen = null, at = 0, drawn = "", shownCard = "", visited = null, cameAt = -Infinity;

// In the order in which they stand in the list: by harm and then by cause, or by time.
function shown() {
  const all = which.value === "findings" ? state.findings : state.sheet.doubts;
  if (order.value === "time") return [...all].sort((a, b) => a.start_ms - b.start_ms);
  return grouped(all).flatMap((group) => group.items);
}

// --- stepping -----------------------------------------------------------------------------------------------------

export function step(by) {
  show("doubts");
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
  at = Math.max(0, shown().indexOf(doubt));
  const somewhere = doubt.end_ms > 0;
  if (somewhere) selectAt((doubt.start_ms + doubt.end_ms) / 2);
  draw();
  reveal(doubt.key);
  if (!plays) return;
  if (somewhere) playSpan(doubt.start_ms, doubt.end_ms);
  card.querySelector("button")?.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" }); // in a narrow window all of it, and not the button alone under the picture
  say(`${at + 1} of ${shown().length}: ${doubt.title}, at ${clock(doubt.start_ms)}`);
}

const current = () => shown().find((d) => d.key === chosen) ?? null;

// --- settling -----------------------------------------------------------------------------------------------------

async function settle(kind, values, saved) {
  if (await decide(kind, values, saved)) {
    say(`${saved}; ${left()}.`);
    // Whoever went on meanwhile is not called back.
    if (card.contains(document.activeElement) || document.activeElement === document.body) card.querySelector("button")?.focus();
  }
}

// Whether a key or a click was meant for what was shown before: a second press, or one that the page was too slow to hear.
function isLate(event) {
  if (visited === chosen || !(event?.timeStamp < cameAt + TOO_SOON_MS)) return false;
  say("This is the next thing: look at it first.");
  return true;
}

export function accept(event) {
  const doubt = current();
  if (isLate(event)) return null;
  if (doubt?.can.includes("take")) return settle("take", { keys: [doubt.key] }, "Saved as suggested");
  if (doubt?.can.includes("mend")) return settle("mend", { keys: [doubt.key] }, "Mended");
  complain(doubt ? "Nothing is suggested here: edit it or waive it." : "Step to something first (Alt+N).");
}

export function change() {
  const doubt = current();
  if (doubt?.can.includes("add")) return add(doubt.start_ms, doubt.end_ms);
  if (doubt?.can.includes("person")) return renamePerson(doubt.ref);
  if (doubt) selectAt((doubt.start_ms + doubt.end_ms) / 2);
  edit();
}

export async function waive(event) {
  const doubt = current();
  if (isLate(event)) return;
  if (!doubt?.can.includes("waive")) return complain("This cannot be waived.");
  const answer = await ask({ title: "It is right as it is", text: [h("p", {}, doubt.title)],
    fields: [{ name: "reason", label: "Why", required: true }], buttons: [["ok", "Waive"]] });
  if (answer) settle("waive", { keys: [doubt.key], reason: answer.reason }, "Waived");
}

// What no caption shows cannot be edited as one.
const isShown = (doubt) => doubt.first < 0 || state.sheet.cues.some((c) => c.first < Math.max(doubt.last, doubt.first + 1) && doubt.first < c.last);

function acts(doubt) {
  const made = {
    take: () => h("button", { class: "main", onclick: accept }, `Accept “${doubt.proposed}”`),
    mend: () => h("button", { class: "main", onclick: accept }, "Mend it"),
    text: () => h("button", { onclick: change }, "Edit the caption"),
    add: () => h("button", { onclick: change }, "Add a caption …"),
    time: () => h("button", { onclick: () => about("time", { first: doubt.first, last: doubt.last }) }, "It is said: when …"),
    waive: () => h("button", { onclick: waive }, "Right as it is …"),
    person: () => h("button", { onclick: change }, "Name this person …"),
    review: () => h("button", { onclick: () => show("signing", { focus: true }) }, "To the sign-off sheet"),
    drop: () => h("button", { onclick: () => settle("drop", { ref: doubt.ref }, "Dropped") }, "Drop this decision"),
    insist: () => h("button", { onclick: () => settle("insist", { ref: doubt.ref }, "It holds after all") }, "It holds after all"),
  };
  return doubt.can.filter((name) => name !== "text" || isShown(doubt)).map((name) => made[name]());
}

// --- many at once -------------------------------------------------------------------------------------------------

export const settleMany = {
  async take() {
    const keys = chosenKeys("take");
    if (keys.length) settle("take", { keys }, `${counted(keys.length, "reading")} taken`);
  },
  async waive() {
    const keys = chosenKeys("waive");
    const answer = await ask({ title: `${counted(keys.length, "thing")} right as they are`,
      fields: [{ name: "reason", label: "Why, in one reason for all", required: true }], buttons: [["ok", "Waive all of them"]] });
    if (answer) settle("waive", { keys, reason: answer.reason }, `${counted(keys.length, "thing")} waived`);
  },
};

// --- drawing ------------------------------------------------------------------------------------------------------

which.replaceChildren(...Object.keys(GROUPS).map((value) => h("option", { value })));

function draw() {
  const counts = { words: state.sheet.doubts.length, findings: state.findings.length }, group = which.value;
  for (const option of which.options) option.textContent = `${GROUPS[option.value]} (${counts[option.value]})`;
  const all = shown(), doubt = current() ?? all[Math.min(at, all.length - 1)] ?? null;
  if (chosen !== null && doubt?.key !== chosen) cameAt = performance.now();
  chosen = doubt?.key ?? null;
  const now = JSON.stringify([chosen, group, order.value, all]);
  if (now === drawn) return;
  drawn = now;
  drawCard(doubt, group);
  drawGroups(all, order.value === "time", chosen, (d) => { seek(d.start_ms); choose(d, true); });
  drawChosen(settleMany);
}

function drawCard(doubt, group) {
  const now = JSON.stringify([doubt, group, doubt && isShown(doubt)]);
  if (now === shownCard) return;
  shownCard = now;
  const focused = card.contains(document.activeElement);
  card.replaceChildren(...(doubt ? [
    h("h3", {}, `${clock(doubt.start_ms)} ${doubt.title}`),
    h("dl", {}, ...doubt.evidence.flatMap((e) => [h("dt", {}, e.what), h("dd", {}, e.text)])),
    h("p", { class: "buttons" }, ...acts(doubt), h("button", { onclick: () => playSpan(doubt.start_ms, doubt.end_ms) }, "Listen")),
  ] : [h("p", {}, group === "words" ? "Nothing needs a person any more." : "No caption breaks a rule.")]));
  if (focused) card.querySelector("button")?.focus();
}

which.addEventListener("change", () => { chosen = null; at = 0; draw(); });
order.addEventListener("change", draw);
onChange(draw);
