// The folder's page: every recording with its grade, how far its review is, and what needs a person.

import { api, byId, clock, complain, counted, h, say } from "/page/common.js";

const STATES = {
  "up to date": "Files are up to date",
  stale: "Decisions wait for the next run",
  "not captioned": "Not captioned yet, or something changed since",
  "cannot be used": "Cannot be used",
};

function card(video, found) {
  const title = video.title || video.name;
  const parts = [h("h2", {}, found && found.cues !== undefined ? h("a", { href: `/video/${video.id}` }, title) : title),
    h("p", { class: "quiet" }, video.title ? `${video.name}` : "")];
  if (!found) return h("li", { class: "card" }, ...parts, h("p", {}, "Reading …"));
  if (found.cues === undefined) {
    parts.push(h("p", {}, STATES[found.state]), found.problem ? h("p", {}, found.problem) : "");
    if (found.state === "not captioned") {
      parts.push(h("p", {}, h("button", { onclick: () => run(video) }, "Caption it now"), making(found.making)));
    }
    return h("li", { class: "card" }, ...parts);
  }
  const share = found.cues ? found.reviewed / found.cues : 0;
  parts.push(
    h("p", {}, `${clock(found.duration_ms)} · ${found.grade}`),
    h("p", {}, h("progress", { max: 1, value: share, "aria-label": "Reviewed captions" }),
      ` ${found.reviewed} of ${counted(found.cues, "caption")} reviewed`),
    h("p", {}, found.doubts ? h("strong", {}, `${counted(found.doubts, "thing")} need${found.doubts === 1 ? "s" : ""} a person`)
      : "Nothing needs a person", found.conflicts ? h("strong", {}, ` · ${counted(found.conflicts, "conflict")}`) : " · no conflicts"),
    h("p", {}, STATES[found.state], making(found.making)),
    found.needs.length ? h("details", {}, h("summary", {}, "What a run says about it"),
      h("ul", {}, ...found.needs.map((n) => h("li", {}, n)))) : "");
  return h("li", { class: "card" }, ...parts);
}

function making(state) {
  if (state.state === "running" || state.state === "waiting") return ` · being made${state.stage ? `: ${state.stage}` : ""} …`;
  return state.state === "failed" ? ` · ${state.problem}` : "";
}

async function run(video) {
  try {
    await api(`/api/videos/${video.id}/run`, {});
    say("It is being captioned; this takes minutes for a long film.");
    await watch(video);
  } catch (error) { complain(error.message); }
}

async function watch(video) {
  const found = await api(`/api/videos/${video.id}/summary`);
  byId(`v-${video.id}`).replaceChildren(...card(video, found).childNodes);
  if (["running", "waiting"].includes(found.making.state)) setTimeout(() => watch(video), 1500);
}

async function start() {
  try {
    const { videos, refused } = await api("/api/videos");
    byId("list").replaceChildren(
      ...videos.map((v) => { const row = card(v); row.id = `v-${v.id}`; return row; }),
      ...refused.map((r) => h("li", { class: "card" }, h("h2", {}, r.name), h("p", {}, r.problem))));
    say(videos.length ? counted(videos.length, "recording") : "There is no recording here: put one into media/ and reload.");
    for (const video of videos) await watch(video);
  } catch (error) { complain(error.message); }
}

// The words go along in this tab alone: an address would stay in the browser's history.
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("vignette.query", byId("q").value);
  location.href = "/search";
});

start();
