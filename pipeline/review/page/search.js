// The search page: hits with their context and evidence, played in place, cited, and opened under review.

import { api, byId, clock, complain, counted, h, marked, say } from "/page/common.js";
import { combobox, cursorTo, guide, wrong } from "/page/combobox.js";
import { facets, lanes } from "/page/overview.js";
import { take } from "/page/take.js";

const PRE_ROLL_S = 2;
const ORDERS = { relevance: "best first", confidence: "surest first", closeness: "closest first", likeness: "most alike first",
  time: "in order of time" };
const FOUND_BY = { concept: "found by concept", meaning: "found by meaning", "some words": "holds some of the words" };
let playing = "", shown = "", asked = 0;

function play(moment) {
  const video = byId("video");
  byId("mini").hidden = false;
  byId("heard").textContent = `${moment.title || moment.video}, ${clock(moment.start_ms)}`;
  if (playing !== moment.id) {
    playing = moment.id;
    video.replaceChildren(h("track", { kind: "captions", srclang: "en", label: "Captions", default: true,
      src: `/tracks/${moment.id}/captions.vtt` }));
    video.src = `/media/${moment.id}`;
  }
  const go = () => { video.currentTime = Math.max(0, moment.start_ms / 1000 - PRE_ROLL_S); video.play().catch(() => {}); };
  if (video.readyState >= 1) go(); else video.addEventListener("loadedmetadata", go, { once: true });
}

byId("video").addEventListener("error", () => {
  if (byId("video").error) complain("This browser cannot play this recording: open it in review, where a copy can be made that plays.");
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("The citation is copied.");
  } catch { complain(`It could not be copied: ${text}`); }
}

function manner(e) {
  const how = ["negated", "asked", "quoted", "hypothetical"].filter((f) => e[f]);
  if (e.confidence < 1) how.unshift(`sure ${e.confidence.toFixed(2)}`);
  return how.length ? ` (${how.join(", ")})` : "";
}

const side = (line) => (line ? h("p", { class: "quiet" }, `${line.speaker ? `${line.speaker}: ` : ""}${line.text}`) : "");
// A caption is named by when its first word is said: that stands when its words or its times are changed.
const address = (m) => `/video/${m.id}#cue-${m.start_ms}`;

function shownMoment(m) {
  const why = m.evidence.map((e) => `${e.concept}: “${e.words}”${manner(e)}`);
  const when = h("span", { class: "hidden" }, ` at ${clock(m.start_ms)}`);
  return h("div", { class: "moment", "data-video": m.video, "data-ms": m.start_ms },
    h("h3", {}, `${m.title || m.video} · ${clock(m.start_ms)} · ${m.speaker || "nobody known"}`,
      m.vignette ? h("span", { class: "quiet" }, ` · ${m.vignette}${m.vignette_title && m.vignette_title !== m.vignette ? `: ${m.vignette_title}` : ""}`) : ""),
    h("blockquote", {}, ...marked(m.text, m.marks)),
    why.length ? h("p", {}, `Concepts: ${why.join("; ")}`) : "",
    h("p", { class: "quiet" }, m.grade),
    h("p", { class: "buttons" },
      m.id ? h("button", { onclick: () => play(m) }, "Play", when.cloneNode(true)) : "",
      h("button", { onclick: () => copy(m.citation) }, "Copy citation", when.cloneNode(true)),
      h("button", { onclick: () => ask(m.like) }, "More like this", when.cloneNode(true)),
      m.id ? h("a", { href: address(m) }, "Open in review", when) : ""));
}

function shownHit(hit) {
  return h("li", { class: "card", tabindex: -1 }, FOUND_BY[hit.by] ? h("p", { class: "quiet" }, FOUND_BY[hit.by]) : "",
    side(hit.before), ...hit.moments.map(shownMoment), side(hit.after));
}

// From a lane to the hit there: its card where it is among those that are shown, else only the place is played.
function jump(lane, ms) {
  const there = [...document.querySelectorAll(".moment")].find((m) => m.dataset.video === lane.video && Number(m.dataset.ms) === ms);
  there?.closest("li").scrollIntoView({ block: "center" });
  there?.closest("li").focus({ preventScroll: true });
  if (lane.id) play({ id: lane.id, video: lane.video, title: lane.title, start_ms: ms });
}

function draw(found) {
  byId("list").replaceChildren(...found.hits.map(shownHit));
  const first = found.hits.length < found.total ? `, the first ${found.hits.length} shown` : "";
  byId("total").textContent = `${counted(found.total, "hit")} (${ORDERS[found.order] ?? found.order}${first})`;
  const ideas = found.concepts.map((c) => h("button", { class: "plain", onclick: () => ask(`concept:${c}`) }, `concept:${c}`));
  byId("notes").replaceChildren(...found.notes.map((n) => h("li", {}, n)),
    ideas.length ? h("li", {}, "Perhaps: ", ...ideas) : "",
    h("li", {}, "Found by a machine, not verified. A search for a concept misses what is said in other words."));
  byId("overview").hidden = false;
  byId("take").hidden = !found.total;
  byId("lanes").replaceChildren(...lanes(found.lanes, jump));
  byId("facets").replaceChildren(...facets(found.facets, found.total, ask));
  say(found.total ? counted(found.total, "hit") : "Nothing was found.");
}

async function search(query) {
  completion.close();
  if (!query.trim()) return;
  const mine = ++asked;
  say("Searching …");
  try {
    const found = await api("/api/search", { query });
    if (mine !== asked) return;
    wrong(box, byId("problem"), null);
    shown = query;
    draw(found);
  } catch (error) {
    if (mine !== asked) return;
    byId("list").replaceChildren();
    byId("overview").hidden = true;
    say("");
    complain(error.message);
    if (error.facts?.at === undefined) return;
    wrong(box, byId("problem"), error.facts);
    cursorTo(box, error.facts.at);
  }
}

function ask(query) {
  box.value = query;
  search(query);
  byId("hits").focus();
  scrollTo(0, 0);
}

const box = byId("q");
const completion = combobox(box, byId("choices"), byId("problem"));
guide(byId("guide"), byId("language"));
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  search(box.value);
});
byId("take").addEventListener("click", (event) => {
  const kind = event.target.dataset?.take;
  if (!kind) return;
  if (kind === "clips") say("The first hits are being cut; that takes about a second each …");
  take(kind === "clips" ? "/api/search/clips" : "/api/search/export", { query: shown, ...(kind === "clips" ? {} : { format: kind }) },
    kind === "clips" ? "clips.zip" : `hits.${kind}`);
});
document.querySelector("#search button").disabled = false; // before, Enter would load the page anew, without the words
const begun = sessionStorage.getItem("vignette.query");
if (begun) {
  sessionStorage.removeItem("vignette.query");
  box.value = begun;
  search(begun);
}
box.focus();
