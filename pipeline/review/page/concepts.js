// Concepts over time: a coloured lane for each, and under the lanes every tag with its evidence and how sure it is, to confirm,
// reject, or add. The lanes are presentation: the list holds all of them.

import { api, byId, clock, complain, h } from "/page/common.js";
import { cue, selectAt } from "/page/cues.js";
import { playSpan, seek } from "/page/player.js";
import { decide, lookOf, onChange, state } from "/page/state.js";
import { isShown, onShown } from "/page/tabs.js";
import { about } from "/page/words.js";

const panel = byId("concepts"), MOST_SHOWN = 200, COLOURS = 8;
let found = null, wanted = "", order = "time", asked = "";

async function load() {
  if (!isShown("concepts") || !state.sheet) return;
  if (found?.revision === state.sheet.revision) return; // it stands there already
  const mine = asked = state.sheet.revision;
  if (!found) panel.replaceChildren(h("p", {}, "Concepts are being looked for …"));
  try {
    const answer = await api(`/api/videos/${state.id}/concepts`);
    if (mine !== asked) return;
    found = answer;
    draw();
  } catch (error) {
    complain(error.message);
    if (!found) panel.replaceChildren(h("p", { class: "warn" }, "Concepts could not be looked for."), h("p", { class: "buttons" }, h("button", { onclick: load }, "Look again")));
  }
}

// --- lanes --------------------------------------------------------------------------------------------------------

const lanes = () => [...Map.groupBy(found.tags, (t) => t.concept)].sort((a, b) => b[1].length - a[1].length);

function lane([concept, tags], n) {
  const bar = h("div", { class: "bar-of", "aria-hidden": true, onclick: (e) => seek((e.offsetX / e.currentTarget.clientWidth) * state.sheet.duration_ms) });
  for (const tag of tags) {
    const mark = h("i", { class: `s${(n % COLOURS) + 1}${tag.verdict ? " sure" : ""}` });
    mark.style.left = `${(tag.start_ms / state.sheet.duration_ms) * 100}%`;
    mark.style.width = `max(4px, ${((tag.end_ms - tag.start_ms) / state.sheet.duration_ms) * 100}%)`;
    mark.style.opacity = String(0.35 + 0.65 * tag.confidence);
    bar.append(mark);
  }
  return h("li", {}, h("button", { "aria-pressed": String(wanted === concept), "data-focus": `lane ${concept}`,
    onclick: () => { wanted = wanted === concept ? "" : concept; draw(); } }, `${tags[0].label} (${tags.length})`), bar);
}

// --- the list -----------------------------------------------------------------------------------------------------

function say(tag, verdict) {
  const saved = { confirmed: "Confirmed", rejected: "Rejected" }[verdict];
  decide("concept", { first: tag.first, last: tag.last, concept: tag.concept, verdict }, saved, lookOf(found.revision));
}

function row(tag) {
  const name = `${tag.label}: ${tag.evidence}, ${clock(tag.start_ms)}`, key = `${tag.concept} ${tag.first}`;
  return h("li", { class: "card" },
    h("p", {}, h("button", { class: "jump", "data-focus": `go ${key}`, onclick: () => { selectAt(tag.start_ms + 1); playSpan(tag.start_ms, tag.end_ms); } }, `${clock(tag.start_ms)} ${tag.label}`),
      " ", tag.before, " ", h("mark", {}, tag.evidence), " ", tag.after),
    h("p", { class: "quiet" }, tag.verdict ? `${tag.verdict} by a person` : `sure by ${Math.round(100 * tag.confidence)} %`, tag.how.length ? ` · ${tag.how.join(", ")}` : ""),
    h("p", { class: "buttons" },
      tag.verdict === "confirmed" || tag.verdict === "added" ? "" : h("button", { "data-focus": `yes ${key}`, "aria-label": `Confirm ${name}`, onclick: () => say(tag, "confirmed") }, "Confirm"),
      h("button", { "data-focus": `no ${key}`, "aria-label": `Reject ${name}`, onclick: () => say(tag, "rejected") }, "Reject")));
}

function rejected() {
  if (!found.rejected.length) return "";
  return h("details", {}, h("summary", {}, `Rejected (${found.rejected.length})`), h("ul", {}, ...found.rejected.map((r) => h("li", {},
    `${clock(r.start_ms)} ${r.label}: “${r.evidence}”, by ${r.who} `,
    h("button", { "aria-label": `Take back: ${r.label}, ${r.evidence}`, onclick: () => decide("drop", { ref: r.ref }, "Taken back") }, "Take back")))));
}

function draw() {
  const at = document.activeElement?.closest?.("#concepts") ? document.activeElement.dataset.focus : null;
  const tags = found.tags.filter((t) => !wanted || t.concept === wanted);
  if (order === "doubt") tags.sort((a, b) => Boolean(a.verdict) - Boolean(b.verdict) || Math.abs(a.confidence - 0.5) - Math.abs(b.confidence - 0.5));
  panel.replaceChildren(
    h("p", { class: "quiet" }, "Found by a machine, by words: what is said in other words is missed."),
    h("ol", { class: "lanes" }, ...lanes().map(lane)),
    h("p", { class: "buttons" }, h("label", { for: "by" }, "Tags by"),
      h("select", { id: "by", "data-focus": "by", onchange: (e) => { order = e.target.value; draw(); } }, ...[["time", "time"], ["doubt", "doubt"]].map(([v, label]) => h("option", { value: v, selected: v === order }, label))),
      h("button", { "data-focus": "add", onclick: () => { const c = cue(); about("concept", { first: c.first, last: c.last }); } }, "Add to the current caption …")),
    h("ol", { class: "cards" }, ...tags.slice(0, MOST_SHOWN).map(row)),
    tags.length > MOST_SHOWN ? h("p", {}, `and ${tags.length - MOST_SHOWN} more: choose a lane.`) : "", rejected());
  if (at) (panel.querySelector(`[data-focus="${CSS.escape(at)}"]`) ?? panel.querySelector("button"))?.focus();
}

onShown("concepts", load);
onChange(load);
