// Some words of a caption: how they look, what they show, when they are said, and who says them; and captions that are missing.

import { clock, complain, parsedTime } from "/page/common.js";
import { chosenWords, cue } from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import { now } from "/page/player.js";
import { decide, known, state } from "/page/state.js";

const ASKS = {
  style: () => [{ name: "value", label: "How they look: any of bold, italic, underlined, #rrggbb; or plain", value: "italic", required: true }],
  concept: async () => [{ name: "value", label: "The concept that they show", options: (await known()).map((c) => [c.id, c.label]) }],
  time: () => [{ name: "from", label: "Said from", value: clock(now(), true), required: true },
    { name: "to", label: "to", value: clock(now() + 1000, true), required: true }],
  quote: () => [{ name: "memo", label: "A memo, if you like", lines: 2 }, { name: "collection", label: "In which collection, if in any" }],
  speaker: () => [{ name: "value", label: "Who says these words alone: an id, a name, or a new name", required: true,
    value: state.sheet.people[0]?.id ?? "" }],
};

export async function words() {
  const c = cue(), seen = state.sheet, first = await ask({ title: "Some words of this caption",
    fields: [{ name: "words", label: "Which words", value: chosenWords(), required: true },
      { name: "what", label: "What about them", options: [["style", "how they look"], ["concept", "which concept they show"],
        ["time", "when they are said"], ["speaker", "who says them"], ["quote", "keep them as a quote"]] }], buttons: [["ok", "Go on"]] });
  if (first) about(first.what, { first: c.first, last: c.last, words: first.words }, seen);
}

// Say something of words: `place` holds tokens, and which words of them where not all are meant.
export async function about(what, place, seen = state.sheet) {
  let fields;
  try { fields = await ASKS[what](); } catch (error) { return complain(`Nothing is changed: ${error.message}`); }
  const answer = await ask({ title: place.words ? `“${place.words}”` : "These words", fields });
  if (!answer) return;
  if (what === "style") decide("style", { ...place, style: answer.value }, "They look so", seen);
  if (what === "concept") decide("concept", { ...place, concept: answer.value, verdict: "added" }, "The concept is added", seen);
  if (what === "speaker") decide("speaker", { ...place, name: answer.value.trim(), only: true }, "The speaker is changed", seen);
  if (what === "quote") decide("quote", { ...place, memo: answer.memo, collection: answer.collection }, "Kept as a quote", seen);
  if (what === "time") timed("time", place, answer.from, answer.to, seen);
}

function timed(kind, values, from, to, seen = state.sheet) {
  const start_ms = parsedTime(from), end_ms = parsedTime(to);
  if (Number.isNaN(start_ms) || Number.isNaN(end_ms)) return complain("Not saved: a time looks like 1:02.500.");
  if (end_ms <= start_ms) return complain("Not saved: the end is before the start.");
  return decide(kind, { ...values, start_ms, end_ms }, "Saved", seen);
}

// A caption that is missing; at the playhead, or where something is said without text.
export async function add(start = now(), end = start + 2000) {
  const people = state.sheet.people;
  const answer = await ask({ title: "A caption that is missing", fields: [
    { name: "text", label: "What it shows", required: true, lines: 2 },
    { name: "from", label: "From", value: clock(start, true), required: true },
    { name: "to", label: "to", value: clock(end, true), required: true },
    { name: "label", label: "Whose name it shows", options: [["", "nobody's"], ...people.map((p) => [p.name || p.id, p.name || p.id])] }],
    buttons: [["ok", "Add"]] });
  if (answer) return timed("add", { text: answer.text, label: answer.label }, answer.from, answer.to);
}
