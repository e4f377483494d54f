// The keys: each with a modifier, or only where no text is being written; the single ones can be switched off.

import { byId, h, store, stored } from "/page/common.js";
import * as cues from "/page/cues.js";
import { ask } from "/page/dialogs.js";
import * as doubts from "/page/doubts.js";
import * as player from "/page/player.js";
import { decide } from "/page/state.js";

export const DO = {
  back: () => player.skip(-2), forward: () => player.skip(2), play: player.toggle, replay: cues.replay,
  slower: () => player.speed(-1), faster: () => player.speed(1),
  next: () => doubts.step(1), previous: () => doubts.step(-1),
  accept: doubts.accept, edit: doubts.change, waive: doubts.waive, watched: cues.review,
  up: () => cues.step(-1), down: () => cues.step(1),
  undo: () => decide("undo", {}, "Undone"), redo: () => decide("redo", {}, "Redone"),
  filter: () => byId("filter").focus(), help, merge: cues.merge, speaker: cues.speaker,
};

// With Alt (or Ctrl+Alt): the key as it is told, its code, what is done, and what that is.
const ALT = [
  ["N", "KeyN", "next", "next thing that needs a person, played"], ["P", "KeyP", "previous", "the one before"],
  ["A", "KeyA", "accept", "accept what is suggested"], ["E", "KeyE", "edit", "edit the caption there"],
  ["W", "KeyW", "waive", "it is right as it is, with a reason"], ["V", "KeyV", "watched", "this caption is watched"],
  ["S", "KeyS", "speaker", "who speaks"], ["M", "KeyM", "merge", "join with the next caption"],
  ["K", "KeyK", "play", "play or pause"], ["J", "KeyJ", "back", "back 2 s"], ["L", "KeyL", "forward", "forward 2 s"],
  ["R", "KeyR", "replay", "replay the caption"], ["-", "Minus", "slower", "slower"], ["=", "Equal", "faster", "faster"],
  ["↑", "ArrowUp", "up", "caption before"], ["↓", "ArrowDown", "down", "next caption"],
];
const CTRL = { KeyZ: "undo", KeyY: "redo" };
const SINGLE = { "?": "help", "/": "filter", " ": "play" };

const writes = (target) => target.matches?.("textarea, input:not([type=checkbox]), select");

function action(event) {
  const { altKey, ctrlKey, metaKey, shiftKey, code, key, target } = event;
  if (document.querySelector("dialog[open]") || event.getModifierState("AltGraph")) return null;
  if (altKey && !metaKey) {
    if (/^Digit[1-8]$/.test(code)) return () => cues.speakerNumber(Number(code.at(-1)));
    return DO[ALT.find((row) => row[1] === code)?.[2]];
  }
  if (code === "F8") return shiftKey ? DO.previous : DO.next;
  if (ctrlKey || metaKey) {
    if (code === "Space") return DO.play;
    return writes(target) ? null : DO[code === "KeyZ" && shiftKey ? "redo" : CTRL[code]];
  }
  if (writes(target) || !stored("single", true)) return null;
  if (key === " " && !target.matches?.(".time, body")) return null; // a button is pressed with it
  return DO[SINGLE[key]];
}

addEventListener("keydown", (event) => {
  const wanted = action(event);
  if (!wanted) return;
  event.preventDefault();
  wanted();
}, true);

async function help() {
  const rows = [...ALT.map(([key, , , what]) => [`Alt+${key}`, what]), ["Alt+1 to 8", "this turn is the person of that number"],
    ["F8, Shift+F8", "as Alt+N and Alt+P"], ["Enter, Ctrl+Enter, Esc", "edit; save and go on; leave"], ["Ctrl+Z, Ctrl+Y", "undo, redo"],
    ["Ctrl+Space", "play or pause, everywhere"], ["?  /  Space", "this list; filter; play (outside of fields)"]];
  const single = h("input", { type: "checkbox", id: "single", checked: stored("single", true), onchange: (e) => store("single", e.target.checked) });
  await ask({ title: "Keys", text: [
    h("p", {}, "Ctrl+Alt does the same as Alt, where the browser or the system keeps Alt for itself."),
    h("dl", { class: "keys" }, ...rows.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    h("p", {}, h("label", {}, single, " single keys (?, /, Space)"))], buttons: [["ok", "Close"]] });
}

document.addEventListener("click", (event) => {
  const name = event.target.closest?.("[data-do]")?.dataset.do;
  if (name) DO[name]();
});
byId("undo").addEventListener("click", DO.undo);
byId("redo").addEventListener("click", DO.redo);
byId("help").addEventListener("click", help);
