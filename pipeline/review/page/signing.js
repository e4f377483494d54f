// The sign-off sheet: what was watched, how accurate that was, who signed which bytes, and every decision with a way back.

import { api, byId, clock, complain, counted, h } from "/page/common.js";
import { ask } from "/page/dialogs.js";
import { decide, lookOf, onChange, state } from "/page/state.js";
import { isShown, onShown } from "/page/tabs.js";

const panel = byId("signing");
let asked = 0, drawn = "";
const percent = (share) => `${(100 * share).toFixed(1).replace(/\.0$/, "")} %`;

async function load() {
  if (!isShown("signing") || !state.sheet) return;
  const now = `${state.sheet.revision} ${state.sheet.applied}`, mine = ++asked;
  if (now === drawn) return;
  try {
    const found = await api(`/api/videos/${state.id}/signing`);
    if (mine !== asked) return;
    drawn = now;
    draw(found);
  } catch (error) { complain(error.message); }
}

async function sign(found) {
  const text = [h("p", {}, "You watched all of it, and it is right as it stands. The captions then bear your name as the reviewer's; what changes later is told beside it."),
    h("p", {}, `The captions as SubRip have the SHA-256 ${found.now}.`)];
  if (found.left) text.unshift(h("p", { class: "warn" }, `${counted(found.left, "thing")} still need${found.left === 1 ? "s" : ""} a person: by signing you say that they are right.`));
  const answer = await ask({ title: "Sign off", text, buttons: [["ok", "I watched it, it is right"]] });
  if (answer) decide("review", { whole: true }, "Signed", lookOf(found.revision));
}

function accuracy({ captions, words, right, interval: [low, high] }) {
  if (!captions) return "No caption was watched yet, so that nothing can be said of the accuracy.";
  const range = captions < 2 ? "" : `; 95 times of 100 the share of all words lies between ${percent(low)} and ${percent(high)}, if the rest is like these`;
  return `In ${counted(captions, "caption")} that ${captions === 1 ? "was" : "were"} watched, ${right} of ${counted(words, "word")} (${percent(right / words)}) were right before anybody corrected them${range}.`;
}

function signature(s, now) {
  const same = s.sha256 && s.sha256 === now;
  return h("li", { class: "card" },
    h("h3", {}, s.holds ? `✓ ${s.who}` : `✗ ${s.who}: fallen`),
    h("p", {}, `${s.at.slice(0, 16).replace("T", " at ")} UTC`, s.holds ? " · holds" : ` · ${s.since}`),
    h("p", { class: "quiet" }, s.sha256 ? `SubRip of SHA-256 ${s.sha256}${same ? ", which it still is" : ", which it is no more"}` : "of an earlier version, which noted no bytes"));
}

function decision(d) {
  return h("li", {}, `${d.start_ms === null ? "" : `${clock(d.start_ms)} `}${d.what}`,
    h("span", { class: "quiet" }, ` · ${d.who}, ${d.at.slice(0, 16).replace("T", " ")} · ${d.state}${d.why ? ` (${d.why})` : ""} `),
    h("button", { "aria-label": `Take back: ${d.what}`, onclick: () => decide("drop", { ref: d.id }, "Taken back") }, "Take back"));
}

function draw(found) {
  const inside = panel.contains(document.activeElement), done = state.sheet.cues.filter((c) => c.state === "reviewed").length;
  const open = panel.querySelector("details")?.open ?? false;
  panel.replaceChildren(
    h("p", {}, `${done} of ${counted(state.sheet.cues.length, "caption")} watched, ${counted(found.left, "thing")} left that need${found.left === 1 ? "s" : ""} a person.`),
    h("p", {}, accuracy(found.estimate)),
    h("p", { class: "buttons" }, h("button", { class: "main", onclick: () => sign(found) }, "All of it is watched and right …")),
    h("p", { class: "quiet" }, `Now: SubRip of SHA-256 ${found.now}. `, found.applied ? "The files are as the decisions say." : "The files are still to be made.",
      found.mended.length ? ` Changed elsewhere, and kept: ${found.mended.join(", ")}.` : ""),
    h("h3", {}, "Signatures"), found.signatures.length ? h("ol", { class: "cards" }, ...found.signatures.map((s) => signature(s, found.now))) : h("p", {}, "Nobody signed yet."),
    h("h3", {}, "Parts"), h("ul", {}, ...found.parts.map((p) => h("li", {}, `${p.reviewed === p.cues ? "✓ " : ""}${p.title}: ${p.reviewed} of ${p.cues} watched`))),
    h("details", { open }, h("summary", {}, `Decisions (${found.decisions.length})`), h("ul", { class: "decisions" }, ...found.decisions.map(decision))));
  if (inside && !panel.contains(document.activeElement)) panel.querySelector("button").focus();
}

onShown("signing", load);
onChange(load);
