// The people: who speaks how much, and what says who they are; named, given a role, two voices made one, a turn given to one.

import { numberOf } from "/page/colours.js";
import { byId, clock, counted, h } from "/page/common.js";
import { cue } from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import { playSpan } from "/page/player.js";
import { decide, onChange, state } from "/page/state.js";
import { isShown, onShown } from "/page/tabs.js";

const panel = byId("people"), LISTEN_MS = 6000;
let drawn = "";
const called = (p) => p.name || p.id;

async function rename(p) {
  const answer = await ask({ title: called(p), fields: [{ name: "name", label: "Name", value: p.name, required: true },
    { name: "role", label: `Role: ${state.sheet.roles.join(", ")}, or a word of your own`, value: p.role }] });
  if (!answer) return;
  const values = { person: p.id };
  if (answer.name.trim() !== p.name) values.name = answer.name;
  if (answer.role.trim() !== p.role) values.role = answer.role;
  if (Object.keys(values).length > 1) decide("person", values, `${answer.name} it is, everywhere`);
}

async function unite(p) {
  const others = state.sheet.people.filter((o) => o.id !== p.id);
  const answer = await ask({ title: `${called(p)} is the same person as`, fields: [{ name: "into", label: "Who", options: others.map((o) => [o.id, called(o)]) }],
    text: [h("p", {}, `All that ${called(p)} says (${counted(p.turns, "turn")}) is then theirs.`)], buttons: [["ok", "One person"]] });
  if (answer) decide("unite", { person: p.id, into: answer.into }, "Two voices are one person");
}

function thisTurn(p) {
  const c = cue();
  decide("speaker", { first: c.first, last: c.last, name: p.id }, `The turn at ${clock(c.start_ms)} is ${called(p)}'s`);
}

const clipOf = (p) => p.clip_ms ?? state.sheet.cues.find((c) => c.speaker === p.id)?.start_ms;

function row(p, n) {
  const listen = clipOf(p);
  return h("li", { class: "card" },
    h("h3", {}, h("span", { class: `swatch s${numberOf(p.id)}`, "aria-hidden": true }), `${called(p)}${p.role ? `, ${p.role}` : ""}`),
    h("p", { class: "quiet" }, `${p.id} · ${counted(p.turns, "turn")}, ${clock(p.spoken_ms)}${n < 8 ? ` · Alt+${n + 1} gives them a turn` : ""}`),
    p.evidence.length ? h("p", { class: "quiet" }, p.evidence.join("; ")) : h("p", { class: "warn" }, "Nobody says who this is."),
    h("p", { class: "buttons" },
      listen === undefined || listen === null ? "" : h("button", { onclick: () => playSpan(listen, listen + LISTEN_MS, 0), "aria-label": `Listen to ${called(p)}` }, "Listen"),
      h("button", { onclick: () => rename(p), "aria-label": `Name and role of ${called(p)}` }, "Name, role …"),
      p.turns ? h("button", { onclick: () => unite(p), "aria-label": `${called(p)} is the same person as` }, "Same person as …") : "",
      h("button", { onclick: () => thisTurn(p), "aria-label": `The turn of the current caption is ${called(p)}'s` }, "The current turn is theirs")));
}

function draw() {
  if (!isShown("people") || !state.sheet) return;
  const now = JSON.stringify(state.sheet.people.map((p) => [p, clipOf(p)]));
  if (now === drawn) return; // a button that is being pressed stays
  drawn = now;
  const label = document.activeElement?.closest?.("#people") ? document.activeElement.getAttribute("aria-label") : null;
  panel.replaceChildren(h("ol", { class: "cards" }, ...state.sheet.people.map(row)));
  if (label !== null) (panel.querySelector(`[aria-label="${CSS.escape(label)}"]`) ?? panel.querySelector("button"))?.focus();
}

onShown("people", draw);
onChange(draw);
