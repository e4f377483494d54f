// The keys: each with a modifier, or only where no text is being written. All can be changed; the single ones can be switched off.

import { byId, h, say, store, stored } from "/page/common.js";
import * as cues from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import * as doubts from "/page/doubts.js";
import * as player from "/page/player.js";
import { decide, state } from "/page/state.js";
import { show } from "/page/tabs.js";
import { add, words } from "/page/words.js";

export const DO = {
  back: () => player.skip(-2), forward: () => player.skip(2), play: player.toggle, replay: cues.replay,
  slower: () => player.speed(-1), faster: () => player.speed(1),
  next: () => doubts.step(1), previous: () => doubts.step(-1),
  accept: doubts.accept, edit: doubts.change, waive: doubts.waive, watched: cues.review,
  up: () => cues.step(-1), down: () => cues.step(1),
  undo: () => decide("undo", {}, "Undone"), redo: () => decide("redo", {}, "Redone"),
  filter: () => byId("filter").focus(), help, join: cues.merge, split: cues.split, speaker: cues.speaker, words, add: () => add(),
  start: () => cues.edge("start"), end: () => cues.edge("end"),
  ...Object.fromEntries(["doubts", "parts", "concepts", "people", "signing"].map((name) => [name, () => show(name, { focus: true })])),
};
for (let n = 1; n <= 8; n++) DO[`person${n}`] = () => cues.speakerNumber(n);

// What is done, what that is, and its key: the modifier "Alt" also stands for Ctrl+Alt.
const KEYS = [
  ["next", "next thing that needs a person, played", "Alt+KeyN"], ["previous", "the one before", "Alt+KeyP"],
  ["accept", "accept what is suggested", "Alt+KeyA"], ["edit", "edit the caption there", "Alt+KeyE"],
  ["waive", "it is right as it is, with a reason", "Alt+KeyW"], ["watched", "this caption is watched", "Alt+KeyV"],
  ["speaker", "who speaks", "Alt+KeyO"], ["words", "some words: look, concept, time, who", "Alt+KeyD"],
  ["split", "split the caption at the cursor", "Alt+KeyS"], ["join", "join with the next caption", "Alt+KeyM"],
  ["add", "add a caption here", "Alt+KeyI"], ["start", "the caption starts now", "Alt+BracketLeft"], ["end", "the caption ends now", "Alt+BracketRight"],
  ["play", "play or pause", "Alt+KeyK"], ["back", "back 2 s", "Alt+KeyJ"], ["forward", "forward 2 s", "Alt+KeyL"],
  ["replay", "replay the caption", "Alt+KeyR"], ["slower", "slower", "Alt+Minus"], ["faster", "faster", "Alt+Equal"],
  ["up", "caption before", "Alt+ArrowUp"], ["down", "next caption", "Alt+ArrowDown"],
  ["undo", "undo", "Ctrl+KeyZ"], ["redo", "redo", "Ctrl+KeyY"],
  ...["doubts", "parts", "concepts", "people", "signing"].map((name, n) => [name, `the panel ${["of what needs a person", "of the parts", "of concepts", "of people", "to sign off"][n]}`, `Alt+Shift+Digit${n + 1}`]),
  ...Array.from({ length: 8 }, (_, n) => [`person${n + 1}`, `this turn is person ${n + 1}`, `Alt+Digit${n + 1}`]),
];
const ALSO = { F8: "next", "Shift+F8": "previous", "Ctrl+Shift+KeyZ": "redo", "Ctrl+Space": "play" };
const SINGLE = { "?": "help", "/": "filter", " ": "play" };
const MODIFIERS = ["Alt", "Control", "Shift", "Meta", "AltGraph"];

const changed = () => stored("keys", {});
const keyOf = ([name, , usual]) => changed()[name] ?? usual;

const writes = (target) => target.matches?.("textarea, input:not([type=checkbox], [type=range]), select");

// A key as it is kept: modifiers, then the place on the keyboard. Ctrl+Alt is Alt, for those whose system keeps Alt for itself.
function pressed({ altKey, ctrlKey, metaKey, shiftKey, code }) {
  const parts = [altKey ? "Alt" : ctrlKey || metaKey ? "Ctrl" : "", shiftKey ? "Shift" : "", code];
  return parts.filter(Boolean).join("+");
}

const told = (key) => key.replace(/Key|Digit/, "").replace("BracketLeft", "[").replace("BracketRight", "]").replace("Minus", "-").replace("Equal", "=")
  .replace("ArrowUp", "↑").replace("ArrowDown", "↓");

function action(event) {
  const { altKey, ctrlKey, metaKey, key, code, target } = event;
  if (document.querySelector("dialog[open]") || event.getModifierState("AltGraph")) return null;
  if (altKey && metaKey) return null;
  const name = pressed(event), found = KEYS.find((row) => keyOf(row) === name)?.[0] ?? ALSO[name];
  if (altKey || code.startsWith("F")) return DO[found];
  if (ctrlKey || metaKey) return found && !(writes(target) && found !== "play") ? DO[found] : null;
  if (writes(target) || !stored("single", true)) return null;
  if (key === " " && !target.matches?.(".time, body")) return null; // a button is pressed with it
  return DO[SINGLE[key]];
}

// A key that is held down goes on with these alone: nothing is decided again and again.
const HELD = ["back", "forward", "next", "previous", "up", "down", "slower", "faster"].map((name) => DO[name]);

function perform(wanted, event) {
  if (!state.sheet && wanted !== help) say("The recording is still being read …");
  else if (!event.repeat || HELD.includes(wanted)) wanted(event);
}

addEventListener("keydown", (event) => {
  const wanted = action(event);
  if (!wanted) return;
  event.preventDefault();
  perform(wanted, event);
}, true);

// --- changing them ------------------------------------------------------------------------------------------------

function take(row, button, problem) {
  button.textContent = "press a key …";
  button.addEventListener("keydown", function caught(event) {
    if (MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    button.removeEventListener("keydown", caught);
    const name = pressed(event), other = KEYS.find((one) => one !== row && keyOf(one) === name);
    const bare = !event.altKey && !event.ctrlKey && !event.metaKey && !/^F\d/.test(event.code);
    if (event.key !== "Escape") {
      problem.textContent = bare ? "Take Alt or Ctrl with it: single keys are for writing." : other || ALSO[name] ? `${told(name)} does something else already.` : "";
      if (!problem.textContent) store("keys", { ...changed(), [row[0]]: name });
    }
    button.textContent = told(keyOf(row));
  });
}

async function help() {
  const single = h("input", { type: "checkbox", id: "single", checked: stored("single", true), onchange: (e) => store("single", e.target.checked) });
  const problem = h("p", { class: "warn", role: "alert" });
  const rows = KEYS.map((row) => {
    const button = h("button", { type: "button", "aria-label": `Change the key for: ${row[1]}; now ${told(keyOf(row))}`, onclick: () => take(row, button, problem) }, told(keyOf(row)));
    return [h("dt", {}, button), h("dd", {}, row[1])];
  });
  const fixed = [["F8, Shift+F8", "next thing, the one before"], ["Enter, Ctrl+Enter, Esc", "edit; save and go on; leave"],
    ["Ctrl+Space", "play or pause, everywhere"], ["?  /  Space", "this list; filter; play (outside of fields)"]];
  const answer = await ask({ title: "Keys", text: [
    h("p", {}, "Press a key's button to change it. Ctrl+Alt does the same as Alt, where the browser or the system keeps Alt for itself."),
    problem,
    h("dl", { class: "keys" }, ...rows.flat(), ...fixed.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    h("p", {}, h("label", {}, single, " single keys (?, /, Space)"))], buttons: [["ok", "Close"], ["usual", "The usual keys again"]] });
  if (answer?.button === "usual") {
    store("keys", {});
    say("The keys are the usual ones again.");
  }
}

document.addEventListener("click", (event) => {
  const name = event.target.closest?.("[data-do]")?.dataset.do;
  if (name) perform(DO[name], event);
});
for (const name of ["undo", "redo", "help"]) byId(name).addEventListener("click", (event) => perform(DO[name], event));
