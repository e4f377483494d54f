// The waveform: the sound, the captions in the colours of who speaks, the parts, and where it plays. It is presentation: all
// that is done here with the mouse is done in the lists with the keyboard. A click seeks, the edges of a caption are dragged.

import { byId, clock } from "/page/common.js";
import { cue, onSelect, selectAt } from "/page/cues.js";
import { colourOf } from "/page/colours.js";
import { now, onTime, seek } from "/page/player.js";
import { decide, onChange, state } from "/page/state.js";

const canvas = byId("sound"), position = byId("position"), video = byId("video"), pen = canvas.getContext("2d");
const PER_S = 100, LANE = 26, GRIP = 7, MIN_MS = 2000, LEAST_CUE_MS = 100;
let peaks = null, told = "The waveform is being made …", top = 1, from = 0, length = 60000, drag = null, waits = false;

const duration = () => state.sheet?.duration_ms ?? 1;
const x = (ms) => ((ms - from) / length) * canvas.clientWidth;
const ms = (px) => from + (px / canvas.clientWidth) * length;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

function look(start, wanted = length) {
  if (!state.sheet) return;
  length = clamp(wanted, MIN_MS, Math.max(MIN_MS, duration()));
  from = clamp(start, 0, Math.max(0, duration() - length));
  draw();
}

const zoom = (by, about = now()) => look(about - (about - from) * by, length * by);

// --- drawing ------------------------------------------------------------------------------------------------------

function draw() {
  if (waits) return;
  waits = true;
  requestAnimationFrame(() => { waits = false; if (state.sheet) paint(); });
}

const inks = () => {
  const style = getComputedStyle(document.body);
  return Object.fromEntries(["ink", "quiet", "accent", "sheet", "rule", "now"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
};

function paint() {
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = devicePixelRatio || 1, ink = inks();
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.fillStyle = ink.sheet;
  pen.fillRect(0, 0, width, height);
  chosen(height, ink);
  sound(width, height - LANE - 14, ink);
  boxes(height, ink);
  parts(height, ink);
  pen.fillStyle = ink.accent;
  pen.fillRect(x(now()) - 1, 0, 2, height);
}

function sound(width, height, ink) {
  if (!peaks) {
    pen.fillStyle = ink.quiet;
    pen.fillText(told, 8, 30);
    return;
  }
  const middle = 14 + height / 2, each = (length / 1000) * PER_S / width;
  pen.fillStyle = ink.quiet;
  for (let px = 0; px < width; px++) {
    const first = Math.floor((from / 1000) * PER_S + px * each), last = Math.max(first + 1, Math.floor(first + each));
    let low = 0, high = 0;
    for (let k = first; k < last && 2 * k + 1 < peaks.length; k++) {
      low = Math.min(low, peaks[2 * k]);
      high = Math.max(high, peaks[2 * k + 1]);
    }
    const up = (high / top) * height / 2, down = (-low / top) * height / 2;
    pen.fillRect(px, middle - up, 1, Math.max(1, up + down));
  }
}

// A caption as it is being dragged, else as it is.
const spanOf = (c) => (drag?.cue.id === c.id ? drag : c);

function boxes(height, ink) {
  const y = height - LANE;
  pen.font = "12px system-ui, sans-serif";
  for (const c of state.sheet.cues) {
    const { start_ms: start, end_ms: end } = spanOf(c);
    if (end < from || start > from + length) continue;
    const left = x(start), wide = Math.max(2, x(end) - left - 1);
    pen.fillStyle = ink.sheet;
    pen.fillRect(left, y, wide, LANE - 3);
    pen.strokeStyle = colourOf(c.speaker);
    pen.lineWidth = 1;
    pen.strokeRect(left + .5, y + .5, wide - 1, LANE - 4);
    pen.fillStyle = colourOf(c.speaker);
    pen.fillRect(left, y, wide, 5);
    if (wide < 24) continue;
    pen.save();
    pen.beginPath();
    pen.rect(left + 3, y, wide - 6, LANE);
    pen.clip();
    pen.fillStyle = ink.ink;
    pen.fillText(c.text.replace(/\n/g, " "), left + 4, y + 18);
    pen.restore();
  }
}

function chosen(height, ink) {
  const c = cue();
  if (!c) return;
  const { start_ms: start, end_ms: end } = spanOf(c);
  pen.fillStyle = ink.now;
  pen.fillRect(x(start), 0, x(end) - x(start), height);
  pen.fillStyle = ink.accent;
  for (const edge of [x(start), x(end)]) {
    pen.fillRect(edge - 1, 0, 2, height);
    pen.fillRect(edge - 4, height - LANE - 12, 8, 12);
  }
}

function parts(height, ink) {
  pen.font = "11px system-ui, sans-serif";
  pen.fillStyle = ink.rule;
  for (const part of state.sheet.parts) {
    const at = x(part.start_ms);
    if (at < -300 || at > canvas.clientWidth) continue;
    pen.fillRect(at, 0, 1, height);
    pen.fillText(part.title, at + 4, 10);
  }
}

// --- the mouse ----------------------------------------------------------------------------------------------------

function edgeAt(px) {
  const c = cue();
  if (!c) return "";
  const near = [["start_ms", Math.abs(x(c.start_ms) - px)], ["end_ms", Math.abs(x(c.end_ms) - px)]].sort((a, b) => a[1] - b[1])[0];
  return near[1] <= GRIP ? near[0] : "";
}

canvas.addEventListener("pointerdown", (event) => {
  if (!state.sheet) return;
  const edge = edgeAt(event.offsetX), c = cue();
  if (edge) drag = { cue: c, seen: state.sheet, edge, start_ms: c.start_ms, end_ms: c.end_ms };
  else {
    seek(ms(event.offsetX));
    const n = state.sheet.cues.findIndex((one) => one.start_ms <= ms(event.offsetX) && ms(event.offsetX) < one.end_ms);
    if (n >= 0) selectAt(ms(event.offsetX));
  }
  canvas.setPointerCapture(event.pointerId);
  draw();
});
canvas.addEventListener("pointermove", (event) => {
  canvas.classList.toggle("edge", Boolean(drag || edgeAt(event.offsetX)));
  if (!drag) return;
  const at = Math.round(ms(event.offsetX));
  if (drag.edge === "start_ms") drag.start_ms = clamp(at, 0, drag.end_ms - LEAST_CUE_MS);
  else drag.end_ms = clamp(at, drag.start_ms + LEAST_CUE_MS, duration());
  draw();
});
function dropped() {
  if (!drag) return;
  const { cue: c, seen, start_ms, end_ms } = drag;
  drag = null; // it is shown as it was left, and the next edge can be taken, before this one is saved
  draw();
  if (start_ms !== c.start_ms || end_ms !== c.end_ms) decide("cue", { first: c.first, last: c.last, start_ms, end_ms }, "Moved", seen);
}
canvas.addEventListener("pointerup", dropped);
canvas.addEventListener("pointercancel", () => { drag = null; draw(); });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.ctrlKey || event.altKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, ms(event.offsetX));
  else look(from + ((event.deltaY || event.deltaX) / 600) * length);
}, { passive: false });
byId("zoom-in").addEventListener("click", () => zoom(0.5));
byId("zoom-out").addEventListener("click", () => zoom(2));

// --- where it plays -----------------------------------------------------------------------------------------------

function placed(at) {
  position.value = at;
  position.setAttribute("aria-valuetext", `${clock(at)} of ${clock(duration())}`);
}

function moved(at) {
  placed(at);
  if (at < from || at > from + length) look(at - length / 10);
  draw();
}

position.addEventListener("input", () => seek(Number(position.value)));
position.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1000, ArrowRight: 1000, ArrowDown: -1000, ArrowUp: 1000, PageDown: -10000, PageUp: 10000 }[event.key];
  if (!by || event.altKey || event.ctrlKey) return;
  event.preventDefault();
  seek(now() + by);
});
onTime(moved);
video.addEventListener("play", function frame() { if (!video.paused) { draw(); requestAnimationFrame(frame); } });
onSelect(draw);
new ResizeObserver(draw).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

async function load() {
  try {
    const answer = await fetch(`/api/videos/${state.id}/waveform`);
    if (!answer.ok) throw Error();
    peaks = new Int8Array(await answer.arrayBuffer());
    top = Math.max(1, peaks.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  } catch { told = "There is no waveform; all else works without it."; }
  draw();
}

let loads = false;
onChange((sheet) => {
  position.max = sheet.duration_ms;
  placed(now()); // a screen reader may come to it before anything has played
  if (!loads) {
    loads = true;
    load();
  }
  look(from);
});
