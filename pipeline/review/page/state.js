// The recording as the page knows it, and the one way in which the page decides: with the revision that was seen.

import { api, complain, counted, h, Refused, say } from "/page/common.js";
import { atOnce, settles } from "/page/at_once.js";
import { ask, reviewer } from "/page/dialogs.js";

export const state = { id: location.pathname.split("/").pop(), sheet: null, findings: [], listeners: [], dirty: false };

export function onChange(listener) {
  state.listeners.push(listener);
}

// Things that are being settled: gone from the page the moment that is asked for, so that the step to the next waits for nothing.
const settling = new Set();
const all = { doubts: [], findings: [] }; // those too
const open = (things) => (settling.size ? things.filter((d) => !settling.has(d.key)) : things);

function tell() {
  for (const listener of state.listeners) listener(state.sheet);
}

// Draw without those that are being settled, and with those that could not be.
function reopen() {
  state.findings = open(all.findings);
  state.sheet = { ...state.sheet, doubts: open(all.doubts) };
  tell();
}

// Look again; every part of the page draws what is new to it.
export async function refresh() {
  const who = encodeURIComponent(localStorage.getItem("vignette.who") ? await reviewer() : "");
  const sheet = await api(`/api/videos/${state.id}?who=${who}`);
  all.doubts = sheet.doubts;
  state.sheet = { ...sheet, doubts: open(sheet.doubts) };
  tell();
  findings();
}

let asking = 0;
// The audit takes longer than a look, so its findings come behind it.
async function findings() {
  const mine = ++asking;
  await new Promise((wake) => setTimeout(wake, 600));
  if (mine !== asking) return;
  try {
    const found = await api(`/api/videos/${state.id}/findings`);
    if (mine !== asking) return;
    all.findings = found.findings;
    state.findings = open(all.findings);
    tell();
  } catch { /* the next look asks again */ }
}

let concepts = null;
// The concepts that the lexicon knows, asked for once.
export async function known() {
  concepts ??= (await api(`/api/videos/${state.id}/concepts`)).known;
  return concepts;
}

let queue = Promise.resolve();
// Decide; resolves to whether it was saved. One after the other: each waits for how things stand after the last.
export function decide(kind, values = {}, saved = "Saved") {
  const seen = state.sheet; // what the person had before them, however long the ones before it take
  const keys = settles(kind, values);
  if (localStorage.getItem("vignette.who")) settle(keys);
  const next = queue.then(() => decided(kind, values, saved, seen)).finally(() => keys.forEach((key) => settling.delete(key)));
  queue = next.then((done) => { if (!done && keys.length) reopen(); }, () => reopen());
  return next;
}

function settle(keys) {
  if (!keys.length) return;
  keys.forEach((key) => settling.add(key));
  reopen();
}

async function decided(kind, values, saved, before) {
  const who = await reviewer();
  if (!who) {
    complain("Not saved: say your name first.");
    return false;
  }
  if (before && before.revision !== state.sheet.revision) return again(who, kind, values, saved, before, true);
  const seen = state.sheet;
  draw(atOnce(kind, values, seen));
  try {
    const answer = await post(who, kind, values);
    say(answer.saved.length ? `${saved}.` : "It is so already.");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) return again(who, kind, values, saved, seen);
    draw(seen);
    complain(`Not saved: ${error.message}`);
    return false;
  }
  await shown();
  return true;
}

function draw(sheet) {
  if (sheet === state.sheet) return;
  state.sheet = sheet;
  tell();
}

const post = (who, kind, values) =>
  api(`/api/videos/${state.id}/act`, { ...values, who, kind, revision: state.sheet.revision });

async function shown() {
  try {
    await refresh();
  } catch (error) {
    complain(`It is saved, but the page could not look again: ${error.message}`);
  }
}

// Somebody decided meanwhile. What they left alone is decided all the same; for the rest a person chooses.
// `own`: it was the page itself that went on meanwhile.
async function again(who, kind, values, saved, seen, own = false) {
  if (!own) await refresh();
  const now = state.sheet;
  let wanted = values;
  if (values.first !== undefined) {
    const before = seen.cues.find((c) => c.first <= values.first && values.first < c.last);
    const there = before && nearest(now.cues, before);
    if (!there) {
      complain("Not saved: that caption is not there any more. " + (values.text ? `You wrote: ${values.text}` : ""));
      return false;
    }
    const same = there.text === before.text && there.speaker === before.speaker && there.start_ms === before.start_ms;
    if (!same && !(await chooses(kind, values, there))) return false;
    const whole = before.first === values.first && before.last === values.last, by = there.first - before.first;
    wanted = { ...values, first: values.first + by, last: whole ? there.last : values.last + by };
  } else if (kind !== "drop" && (values.keys !== undefined || values.ref !== undefined)) {
    const held = [...all.doubts, ...all.findings];
    const left = (values.keys ?? []).filter((key) => held.some((d) => d.key === key));
    if (!left.length && !held.some((d) => values.ref && d.ref === values.ref)) {
      say("Somebody settled this meanwhile.");
      return false;
    }
    if (values.keys) wanted = { ...values, keys: left };
  }
  try {
    await post(who, kind, wanted);
    say(own ? `${saved}.` : `${saved}, beside what somebody else decided meanwhile.`);
  } catch (error) {
    complain(`Not saved: ${error.message}`);
    return false;
  }
  await shown();
  return true;
}

function nearest(cues, before) {
  const overlap = (c) => Math.min(c.end_ms, before.end_ms) - Math.max(c.start_ms, before.start_ms);
  const best = cues.reduce((a, b) => (overlap(b) > overlap(a) ? b : a), cues[0]);
  return best && overlap(best) > 0 ? best : null;
}

async function chooses(kind, values, there) {
  const rows = [h("p", {}, "Somebody changed this caption while you were at it. Nothing was overwritten."),
    h("h3", {}, "It reads now"), h("blockquote", { class: "now" }, there.text)];
  if (kind === "text") rows.push(h("h3", {}, "You wrote"), h("blockquote", { class: "mine" }, values.text));
  const answer = await ask({ title: "Two people changed this", text: rows, buttons: [["theirs", "Keep it as it is now"], ["mine", "Mine after all"]] });
  if (answer?.button === "mine") return true;
  say("Kept as it is now; yours was not saved.");
  return false;
}

export function left() {
  return state.sheet.doubts.length ? `${counted(state.sheet.doubts.length, "thing")} left` : "nothing is left that needs a person";
}

addEventListener("beforeunload", (event) => { if (state.dirty) event.preventDefault(); });
