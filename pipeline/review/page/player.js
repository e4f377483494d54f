// The player: the browser's own controls and captions, and what steps through the recording.

import { byId, complain, h } from "/page/common.js";
import { onChange, state } from "/page/state.js";

const video = byId("video");
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
let drawn = "", stopAt = Infinity, wanted = null;

// Where it shall play; a recording that is not there yet begins there.
export function seek(ms) {
  wanted = Math.max(0, ms);
  stopAt = Infinity;
  if (video.readyState >= 1) arrive();
}

function arrive() {
  if (wanted !== null) video.currentTime = wanted / 1000;
  wanted = null;
}
video.addEventListener("loadedmetadata", arrive);

// Play a stretch with some seconds before it, and stop a second behind it.
export function playSpan(start, end, preRoll = 2000) {
  seek(start - preRoll);
  stopAt = (end + 1000) / 1000;
  video.play().catch(() => {});
}

export function toggle() {
  stopAt = Infinity;
  if (video.paused) video.play().catch(() => {}); else video.pause();
}

export const now = () => Math.round(wanted ?? video.currentTime * 1000);
export function skip(s) {
  const stop = stopAt;
  seek(now() + s * 1000);
  if (now() < stop * 1000) stopAt = stop;
}

export function speed(step) {
  const at = RATES.indexOf(video.playbackRate);
  video.playbackRate = RATES[Math.min(RATES.length - 1, Math.max(0, (at < 0 ? 2 : at) + step))];
  byId("rate").textContent = `${video.playbackRate.toFixed(2).replace(/0$/, "")}×`;
}

// Where it plays; at a jump too, and at once: the sound may come a good while later.
export function onTime(listener) {
  for (const moves of ["timeupdate", "seeking"]) video.addEventListener(moves, () => listener(now()));
}

video.addEventListener("seeking", () => { if (video.currentTime >= stopAt) stopAt = Infinity; }); // somebody jumped behind the stretch
video.addEventListener("timeupdate", () => {
  if (video.currentTime >= stopAt) {
    stopAt = Infinity;
    video.pause();
  }
});
video.addEventListener("error", () => {
  if (video.error) complain("This browser cannot play this recording. The captions can be corrected all the same; try another browser to watch it.");
});

function tracks(sheet) {
  const shown = video.textTracks[0]?.mode ?? "showing";
  const made = [["captions", "Captions", true], ["chapters", "Parts", false]].map(([kind, label, on]) =>
    h("track", { kind, label, srclang: sheet.lang, default: on, src: `/tracks/${sheet.id}/${kind}.vtt?rev=${sheet.revision}` }));
  video.querySelectorAll("track").forEach((t) => t.remove());
  video.append(...made);
  made[0].track.mode = shown === "disabled" ? "disabled" : shown;
  made[1].track.mode = "hidden";
}

onChange((sheet) => {
  if (!drawn) {
    video.src = `/media/${state.id}`;
    video.classList.toggle("sound", !sheet.has_picture);
  }
  if (drawn !== sheet.revision) tracks(sheet);
  drawn = sheet.revision;
});
