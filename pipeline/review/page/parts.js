// The parts of the video as a jump list: title, kind, how much of each was watched; moved, joined, added, each a decision.

import { byId, clock, complain, counted, h, parsedTime } from "/page/common.js";
import { selectAt } from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import { now, seek } from "/page/player.js";
import { decide, onChange, state } from "/page/state.js";
import { isShown, onShown } from "/page/tabs.js";

const panel = byId("parts");
let drawn = "";

const inside = (part) => state.sheet.cues.filter((c) => part.start_ms <= c.start_ms && c.start_ms < part.end_ms);

function go(part) {
  seek(part.start_ms);
  selectAt(part.start_ms + 1);
}

const fields = (title, kind) => [{ name: "title", label: "Title", value: title },
  { name: "kind", label: `Kind: ${state.sheet.kinds.join(", ")}, or a word of your own`, value: kind }];

async function rename(part) {
  const answer = await ask({ title: `“${part.title}”`, fields: fields(part.title, part.kind) });
  if (!answer) return;
  const values = { part: part.id };
  if (answer.title !== part.title) values.title = answer.title;
  if (answer.kind.trim() && answer.kind !== part.kind) values.part_kind = answer.kind;
  if (Object.keys(values).length > 1) decide("part", values, "The part is called so");
}

async function move(part) {
  const answer = await ask({ title: `“${part.title}” begins`, fields: [{ name: "at", label: "At", value: clock(now(), true), required: true }],
    text: [h("p", {}, `It begins at ${clock(part.start_ms, true)} so far. A time inside of what somebody says means where they begin.`)] });
  if (!answer) return;
  const at = parsedTime(answer.at);
  if (Number.isNaN(at)) return complain("Not saved: a time looks like 1:02.500.");
  decide("part", { part: part.id, begins_ms: at }, "The part begins there");
}

async function add() {
  const answer = await ask({ title: "A part begins", fields: [{ name: "at", label: "At", value: clock(now(), true), required: true }, ...fields("", "vignette")] });
  if (!answer) return;
  const at = parsedTime(answer.at);
  if (Number.isNaN(at)) return complain("Not saved: a time looks like 1:02.500.");
  decide("part", { part: "new", begins_ms: at, title: answer.title || null, part_kind: answer.kind || null }, "The part is added");
}

function row(part, n) {
  const cues = inside(part), done = cues.filter((c) => c.state === "reviewed").length;
  return h("li", { class: "card" },
    h("p", {}, h("button", { class: "jump", onclick: () => go(part) }, `${clock(part.start_ms)} ${part.title}`)),
    h("p", { class: "quiet" }, `${part.kind} · ${clock(part.end_ms - part.start_ms)} long · ${done} of ${counted(cues.length, "caption")} watched`,
      part.evidence.length ? ` · ${part.evidence.join("; ")}` : ""),
    h("p", { class: "buttons" },
      h("button", { onclick: () => rename(part), "aria-label": `Title and kind of ${part.title}` }, "Title, kind …"),
      n ? h("button", { onclick: () => move(part), "aria-label": `Where ${part.title} begins` }, "Begins …") : "",
      n ? h("button", { onclick: () => decide("part", { part: part.id, join: true }, "Joined to the part before"), "aria-label": `Join ${part.title} to the part before` }, "Join to the one before") : "",
      done < cues.length ? h("button", { onclick: () => decide("review", { part: part.id }, `${counted(cues.length - done, "caption")} marked as watched`),
        "aria-label": `All of ${part.title} is watched` }, "All of it is watched") : ""));
}

function draw() {
  if (!isShown("parts") || !state.sheet) return;
  const now = JSON.stringify(state.sheet.parts.map((p) => [p, inside(p).map((c) => c.state)]));
  if (now === drawn) return; // a button that is being pressed stays
  drawn = now;
  const label = document.activeElement?.closest?.("#parts") ? document.activeElement.getAttribute("aria-label") : null;
  panel.replaceChildren(
    h("p", { class: "buttons" }, h("button", { onclick: add, "aria-label": "Add a part" }, "Add a part here …")),
    h("ol", { class: "cards" }, ...state.sheet.parts.map(row)));
  if (label !== null) (panel.querySelector(`[aria-label="${CSS.escape(label)}"]`) ?? panel.querySelector("button")).focus();
}

onShown("parts", draw);
onChange(draw);
