// The search page: hits with their context and evidence, played in place, cited, and opened under review.

import { api, byId, clock, complain, counted, h, marked, say } from "/page/common.js";

const PRE_ROLL_S = 2;
const ORDERS = { relevance: "best first", confidence: "surest first", closeness: "closest first", time: "in order of time" };
let playing = "";

function play(moment) {
  const video = byId("video");
  byId("mini").hidden = false;
  if (playing !== moment.id) {
    playing = moment.id;
    video.replaceChildren(h("track", { kind: "captions", srclang: "en", label: "Captions", default: true,
      src: `/tracks/${moment.id}/captions.vtt` }));
    video.src = `/media/${moment.id}`;
  }
  const go = () => { video.currentTime = Math.max(0, moment.start_ms / 1000 - PRE_ROLL_S); video.play().catch(() => {}); };
  if (video.readyState >= 1) go(); else video.addEventListener("loadedmetadata", go, { once: true });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("The citation is copied.");
  } catch { complain(`It could not be copied: ${text}`); }
}

function manner(e) {
  const how = ["negated", "asked", "quoted", "hypothetical"].filter((f) => e[f]);
  return how.length ? ` (${how.join(", ")})` : "";
}

function line(side) {
  return side ? h("p", { class: "quiet" }, `${side.speaker || "?"}: ${side.text}`) : "";
}

function shownMoment(m) {
  const why = m.evidence.map((e) => `${e.concept}: “${e.words}”${manner(e)}`);
  const at = (m.start_ms / 1000).toFixed(3);
  return h("div", {},
    h("h3", {}, `${m.title || m.video} · ${clock(m.start_ms)} · ${m.speaker || "nobody known"}`),
    h("blockquote", {}, ...marked(m.text, m.marks)),
    why.length ? h("p", {}, `Concepts: ${why.join("; ")}`) : "",
    h("p", { class: "quiet" }, m.grade),
    h("p", { class: "buttons" },
      m.id ? h("button", { onclick: () => play(m) }, "Play", h("span", { class: "hidden" }, ` at ${clock(m.start_ms)}`)) : "",
      h("button", { onclick: () => copy(m.citation) }, "Copy citation"),
      m.id ? h("a", { href: `/video/${m.id}#t=${at}` }, "Open in review") : ""));
}

async function search(query) {
  if (!query.trim()) return;
  say("Searching …");
  try {
    const found = await api("/api/search", { query });
    byId("list").replaceChildren(...found.hits.map((hit) =>
      h("li", { class: "card" }, line(hit.before), ...hit.moments.map(shownMoment), line(hit.after))));
    const first = found.hits.length < found.total ? `, the first ${found.hits.length} shown` : "";
    byId("total").textContent = [`${counted(found.total, "hit")} (${ORDERS[found.order] ?? found.order}${first}); found by a machine, not verified.`,
      ...found.notes].join(" ");
    say(found.total ? counted(found.total, "hit") : "Nothing was found. A search for a concept misses what is said in other words.");
  } catch (error) {
    byId("list").replaceChildren();
    byId("total").textContent = "";
    complain(error.message);
  }
}

const box = byId("q");
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  search(box.value);
});
const asked = sessionStorage.getItem("vignette.query");
if (asked) {
  sessionStorage.removeItem("vignette.query");
  box.value = asked;
  search(asked);
}
box.focus();
