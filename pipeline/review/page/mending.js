// A caption file that was mended elsewhere: dropped anywhere on the page or chosen, shown cue by cue, then adopted.

import { api, clock, complain, counted, h, say } from "/page/common.js";
import { ask, reviewer } from "/page/dialogs.js";
import { refresh, state } from "/page/state.js";

// As the server: captions of a long film take a seventh of it.
const MAX_BYTES = 700_000;
const KINDS = { text: "text", time: "time", speaker: "speaker", added: "new", removed: "gone" };

const chooser = h("input", { type: "file", accept: ".srt,.vtt", class: "hidden", tabindex: -1, "aria-label": "A caption file that was mended",
  onchange: () => { const [file] = chooser.files; chooser.value = ""; if (file) mended(file); } });
const button = h("button", { onclick: () => chooser.click() }, "Mended file …");
document.querySelector("header .buttons").append(chooser, button);

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

const times = (c) => `${clock(c.start_ms, true)} – ${clock(c.end_ms, true)}`;

function cell(shown, other, label) {
  if (!shown) return h("td", { "data-label": label }, "–");
  return h("td", { "data-label": label }, h("p", { class: "text" }, shown.text),
    !other || times(shown) !== times(other) ? h("p", { class: "quiet" }, times(shown)) : "",
    other && shown.speaker !== other.speaker ? h("p", { class: "quiet" }, shown.speaker || "nobody known") : "");
}

function table(found) {
  const rows = found.changes.map((c) => h("tr", {},
    h("th", { scope: "row" }, clock((c.before ?? c.after).start_ms), h("br"), h("span", { class: "quiet" }, c.what.map((w) => KINDS[w]).join(", "))),
    cell(c.before, c.after, "now"), cell(c.after, c.before, "then")));
  return h("div", { class: "changes", tabindex: 0, role: "region", "aria-label": "What changes" }, h("table", {},
    h("caption", { class: "hidden" }, "What the file changes"),
    h("thead", {}, h("tr", {}, ...["When", "As it stands", "With the file"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, ...rows)));
}

function told(found, name) {
  const parts = Object.entries(found.counts).filter(([, n]) => n).map(([what, n]) => `${n} ${KINDS[what]}`);
  const count = found.changes.length + found.more;
  return [
    h("p", {}, `${name} changes ${counted(count, "caption")} (${parts.join(", ")}): ${counted(found.decisions, "decision")}.`),
    found.differing ? h("p", { class: "warn" }, `${counted(found.differing, "caption")} will still look otherwise than in the file.`) : "",
    ...found.asks.map((a) => h("p", { class: "warn" }, `⚠ ${a} Take it all the same?`)),
    ...found.notes.map((n) => h("p", { class: "quiet" }, `Note: ${n}.`)),
    found.saved.length ? h("p", { class: "quiet" }, `An editor's doing, and no decision: ${found.saved.join("; ")}.`) : "",
    table(found), found.more ? h("p", { class: "quiet" }, `and ${found.more} more.`) : "",
  ];
}

async function mended(file) {
  if (!/\.(srt|vtt)$/i.test(file.name)) return complain("This is no caption file that is read here: drop one that ends in .srt or .vtt.");
  if (file.size > MAX_BYTES) return complain(`${file.name} is too large for captions: at most ${MAX_BYTES / 1000} kB are read.`);
  const who = await reviewer();
  if (!who) return complain("Say your name first.");
  try {
    say(`${file.name} is compared …`);
    const content = await base64(file);
    const found = await api(`/api/videos/${state.id}/mended`, { name: file.name, content, who });
    if (!found.decisions && !found.differing) return say(`${file.name} shows nothing that does not stand here already.`);
    say("");
    const yes = found.asks.length ? "Adopt it all the same" : "Adopt";
    const answer = await ask({ title: "A file that was mended elsewhere", text: told(found, file.name),
      buttons: found.decisions ? [["adopt", yes]] : [] });
    if (answer?.button !== "adopt") return say("Nothing was adopted.");
    const done = await api(`/api/videos/${state.id}/adopt`, { name: file.name, content, who, revision: found.revision, anyway: found.asks.length > 0 });
    await refresh();
    say(`Saved: ${counted(done.made.length, "decision")} of ${file.name}; Undo takes all of it back at once.`);
  } catch (error) {
    complain(error.status === 409 ? "Somebody decided meanwhile: drop the file again, nothing was written." : `Not adopted: ${error.message}`);
  }
}

const carries = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (!carries(event)) return;
  event.preventDefault();
  const [file, ...more] = event.dataTransfer.files;
  if (more.length) complain("One file at a time.");
  else if (file && !document.querySelector("dialog[open]")) mended(file);
});
