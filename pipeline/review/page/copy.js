// A recording that this browser does not play: a light copy of it that it does, made when asked for, or its sound alone.

import { api, byId, complain, h, say } from "/page/common.js";
import { now, seek } from "/page/player.js";
import { onChange, state } from "/page/state.js";

const POLL_MS = 700;
const TRIES = { "video/mp4": 'video/mp4; codecs="avc1.42E01E, mp4a.40.2"', "video/webm": 'video/webm; codecs="vp9, opus"',
  "audio/mp4": 'audio/mp4; codecs="mp4a.40.2"', "audio/webm": 'audio/webm; codecs="opus"' };
const video = byId("video");
const place = h("div", { id: "copy", hidden: true });
video.after(place);
let offered = false;

const plays = () => Object.keys(TRIES).filter((kind) => video.canPlayType(TRIES[kind]));
const address = (what) => `/api/videos/${state.id}/copy/${what}`;

function use(what) {
  const at = now();
  video.src = `/copy/${state.id}/${what}`;
  video.classList.toggle("sound", what === "sound");
  seek(at);
  place.hidden = false;
  place.replaceChildren(h("p", { class: "quiet" }, what === "sound" ? "This is the sound alone, as this browser does not play the recording." :
    "This is a light copy, as this browser does not play the recording. The recording itself is untouched."));
}

async function follow(what) {
  try {
    for (;;) {
      const now = await api(address(what));
      if (now.state === "done") { use(what); return say("The copy is ready."); }
      if (now.state === "failed") { offer(now.problem); return; }
      place.querySelector("progress").value = now.share;
      place.querySelector("span").textContent = ` ${Math.round(100 * now.share)} %`;
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  } catch (error) { offer(error.message); }
}

async function make(what) {
  place.replaceChildren(h("p", {}, "The copy is being made; you can go on meanwhile. ", h("progress", { max: 1, value: 0, "aria-label": "How far the copy is" }), h("span", {})));
  try {
    await api(address(what), { plays: plays() });
    follow(what);
  } catch (error) { offer(error.message); }
}

function offer(problem) {
  place.hidden = false;
  place.replaceChildren(
    h("p", { class: problem ? "warn" : "" }, problem ? `⚠ No copy: ${problem}.` : "This browser does not play this recording. Captions can be corrected all the same."),
    h("p", { class: "buttons" }, state.sheet?.has_picture === false ? "" : h("button", { onclick: () => make("picture") }, "Make a copy that plays"),
      h("button", { onclick: () => make("sound") }, "Sound alone")));
}

// A copy that is there is taken without asking.
async function unplayable() {
  if (offered || !video.getAttribute("src")?.startsWith("/media/")) return;
  offered = true;
  byId("alert").textContent = "";
  try {
    for (const what of ["picture", "sound"]) {
      const now = await api(address(what));
      if (now.state === "done") return use(what);
      if (now.state === "running") {
        make(what);
        return;
      }
    }
    offer("");
  } catch (error) { complain(error.message); }
}

function look() {
  if (video.error || (video.readyState >= 1 && state.sheet?.has_picture && !video.videoWidth)) unplayable();
}

video.addEventListener("error", look);
video.addEventListener("loadedmetadata", look);
onChange(look);
look(); // the recording may be there before this module is
