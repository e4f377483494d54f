// The folder's page: every recording with its grade, how far its review is, what needs a person, and what the next run would do.

import { api, byId, clock, complain, counted, h, say } from "/page/common.js";

const POLL_MS = 1500;
const STATES = {
  "up to date": "Files are up to date",
  stale: "Decisions wait for the files to be made",
  "not captioned": "Not captioned yet, or something changed since",
  "cannot be used": "Cannot be used",
};
const whole = (n) => n.toLocaleString("en");
const all = new Map();

function making(state) {
  if (state.state === "running" || state.state === "waiting") return h("p", { class: "quiet" }, `Being made${state.stage ? `: ${state.stage}` : ""} … `,
    h("progress", { max: 1, value: state.share, "aria-label": "The stage's progress" }));
  return state.state === "failed" ? h("p", { class: "warn" }, `⚠ ${state.problem}`) : "";
}

function progress(found) {
  const share = found.cues ? found.reviewed / found.cues : 0;
  return h("p", {}, h("progress", { max: 1, value: share, "aria-label": "Reviewed captions" }),
    ` ${whole(found.reviewed)} of ${whole(found.cues)} reviewed`, found.duration_ms ? h("span", { class: "quiet" }, ` · ${clock(found.duration_ms)}`) : "");
}

function needs(video, found) {
  if (found.conflicts) return h("p", {}, h("a", { href: `/video/${video.id}`, class: "warn" },
    `⚠ ${counted(found.conflicts, "conflict")}`), found.doubts > found.conflicts ? ` and ${counted(found.doubts - found.conflicts, "other thing")} for a person` : "");
  return h("p", {}, found.doubts ? h("strong", {}, `${counted(found.doubts, "thing")} need${found.doubts === 1 ? "s" : ""} a person`) : "✓ Nothing needs a person");
}

// Reasons, each once, with the stages that it is the reason of.
function reasons(why) {
  const stages = new Map();
  for (const one of why) {
    const [, stage, reason] = /^(\w+): (.*)$/s.exec(one) ?? [null, "", one];
    stages.set(reason, [...(stages.get(reason) ?? []), ...(stage ? [stage] : [])]);
  }
  return [...stages].map(([reason, names]) => (names.length ? `${reason} (${names.join(", ")})` : reason)).join("; ");
}

// Whether it is up to date; why not, and what the next run would change, comes behind it.
function standing(video, found) {
  const place = h("div", { id: `next-${video.id}` }, h("p", {}, STATES[found.state]));
  const busy = ["running", "waiting"].includes(found.making.state);
  if (found.state === "cannot be used" || busy) return place;
  api(`/api/videos/${video.id}/next`).then((next) => {
    if (!next.why.length) return place.replaceChildren(h("p", {}, "✓ Files are up to date"));
    const why = next.captioned ? `The files are not up to date: ${reasons(next.why)}.` : found.problem ? "" : "Not captioned yet.";
    place.replaceChildren(why ? h("p", {}, why) : "",
      next.changes ? h("p", { class: "quiet" }, `The next run would change captions: ${next.changes}.`) : "",
      h("p", {}, h("button", { onclick: () => run(video) }, next.captioned ? "Make them now" : "Caption it now",
        h("span", { class: "hidden" }, `: ${video.title || video.name}`))));
  }).catch((error) => complain(error.message));
  return place;
}

function card(video, found) {
  const title = video.title || video.name, opens = found?.cues !== undefined;
  const head = h("h2", {}, opens ? h("a", { href: `/video/${video.id}` }, title) : title);
  const name = video.title ? h("p", { class: "quiet" }, video.name) : "";
  if (!found) return h("li", { class: "card" }, head, name, h("p", {}, "Reading …"));
  const row = h("li", { class: "card" }, head, name, opens ? h("p", { class: "quiet" }, found.grade) : "", opens ? progress(found) : "", opens ? needs(video, found) : "");
  if (found.problem) row.append(h("p", { class: "warn" }, `⚠ ${found.problem}`));
  row.append(standing(video, found), making(found.making));
  if (found.needs?.length) row.append(h("details", {}, h("summary", {}, "What a run says about it"), h("ul", {}, ...found.needs.map((n) => h("li", {}, n)))));
  return row;
}

function total() {
  const known = [...all.values()].filter((f) => f.cues !== undefined);
  const sum = (name) => known.reduce((n, f) => n + f[name], 0);
  byId("sum").textContent = known.length < 2 ? "" : `${whole(sum("reviewed"))} of ${whole(sum("cues"))} captions reviewed; ` +
    `${counted(sum("doubts"), "thing")} for a person in ${counted(known.filter((f) => f.doubts).length, "recording")}.`;
}

async function run(video) {
  try {
    await api(`/api/videos/${video.id}/run`, {});
    say("It is being made; a long film that was not captioned takes minutes.");
    await watch(video);
  } catch (error) { complain(error.message); }
}

// Drawn anew, with what was open and where the keyboard was.
function redraw(row, made) {
  const held = row.contains(document.activeElement) ? document.activeElement : null, open = row.querySelector("details")?.open;
  row.replaceChildren(...made.childNodes);
  if (open && row.querySelector("details")) row.querySelector("details").open = true;
  if (held) (row.querySelector(held.localName) ?? row.querySelector("a, button") ?? row).focus();
}

async function watch(video) {
  const found = await api(`/api/videos/${video.id}/summary`), row = byId(`v-${video.id}`);
  if (JSON.stringify(found) !== JSON.stringify(all.get(video.id))) redraw(row, card(video, found));
  all.set(video.id, found);
  total();
  if (["running", "waiting"].includes(found.making.state)) setTimeout(() => watch(video).catch((error) => complain(error.message)), POLL_MS);
}

async function start() {
  try {
    const { videos, refused } = await api("/api/videos");
    byId("list").replaceChildren(
      ...videos.map((v) => { const row = card(v); row.id = `v-${v.id}`; return row; }),
      ...refused.map((r) => h("li", { class: "card" }, h("h2", {}, r.name), h("p", { class: "warn" }, `⚠ ${r.problem}`))));
    say(videos.length ? counted(videos.length, "recording") : "There is no recording here: put one into media/ and reload.");
    // One that cannot be read keeps nobody from the others.
    for (const video of videos) await watch(video).catch((error) => complain(`${video.name}: ${error.message}`));
  } catch (error) { complain(error.message); }
}

// The words go along in this tab alone: an address would stay in the browser's history.
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("vignette.query", byId("q").value);
  location.href = "/search";
});

document.querySelector("#search button").disabled = false; // before, Enter would load the page anew, without the words
start();
