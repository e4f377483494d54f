// The recording as the page knows it, and the one way in which the page decides: with the revision that was seen.

import { api, complain, counted, h, Refused, say } from "/page/common.js";
import { atOnce, settles } from "/page/at_once.js";
import { ask, reviewer } from "/page/dialogs.js";

export const state = { id: location.pathname.split("/").pop(), sheet: null, findings: [], listeners: [], dirty: false };

export function onChange(listener) {
  state.listeners.push(listener);
}

// How things stand as the server last said, and what was asked for since, which is shown on top the moment it is asked for: neither
// the next caption nor the next doubt waits until all is worked out anew.
const server = { sheet: null, findings: [] };
let pending = [];

function tell() {
  for (const listener of state.listeners) listener(state.sheet);
}

function show() {
  const keys = new Set(pending.flatMap((p) => settles(p.kind, p.values)));
  const open = (things) => (keys.size ? things.filter((d) => !keys.has(d.key)) : things);
  const sheet = pending.reduce((shown, p) => atOnce(p.kind, p.values, shown), server.sheet);
  state.sheet = keys.size ? { ...sheet, doubts: open(sheet.doubts) } : sheet;
  state.findings = open(server.findings);
  tell();
}

// The last looks by their revisions: what was asked for apart speaks of one of them.
const looks = new Map();
const KEPT_LOOKS = 6;
export const lookOf = (revision) => looks.get(revision) ?? state.sheet;

const without = (one) => { pending = pending.filter((p) => p !== one); };

async function looked() {
  const who = encodeURIComponent(localStorage.getItem("vignette.who") ? await reviewer() : "");
  return api(`/api/videos/${state.id}?who=${who}`);
}

// Look again; every part of the page draws what is new to it. What was decided by `one` is shown as it came to be.
export async function refresh(one = null) {
  try {
    server.sheet = await looked();
  } finally { without(one); }
  looks.set(server.sheet.revision, server.sheet);
  if (looks.size > KEPT_LOOKS) looks.delete(looks.keys().next().value);
  const settled = new Set(one ? settles(one.kind, one.values) : []);
  server.findings = server.findings.filter((d) => !settled.has(d.key)); // those of this look come later
  show();
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
    server.findings = found.findings;
    show();
  } catch { /* the next look asks again */ }
}

let concepts = null;
// The concepts that the lexicon knows, asked for once.
export async function known() {
  concepts ??= (await api(`/api/videos/${state.id}/concepts`)).known;
  return concepts;
}

let queue = Promise.resolve(), looking = Promise.resolve();
// Decide; resolves to whether it was saved, as soon as it is. One after the other: each is sent when the page has looked at how things
// stand after the last.
// `seen` is what the person had before them, which the values speak of, however much came meanwhile.
export function decide(kind, values = {}, saved = "Saved", seen = state.sheet) {
  const one = { kind, values, saved, seen };
  if (localStorage.getItem("vignette.who")) shows(one);
  const next = queue.then(() => looking).then(() => decided(one));
  queue = next.then((done) => { if (!done) undone(one); }, () => undone(one));
  return next;
}

function shows(one) {
  if (pending.includes(one)) return;
  pending.push(one);
  if (atOnce(one.kind, one.values, state.sheet) !== state.sheet || settles(one.kind, one.values).length) show();
}

function undone(one) {
  without(one);
  show();
}

async function decided(one) {
  const who = await reviewer();
  if (!who) {
    complain("Not saved: say your name first.");
    return false;
  }
  shows(one);
  if (one.seen.revision !== server.sheet.revision) return again(who, one, true);
  try {
    const answer = await post(who, one.kind, one.values);
    return isSaved(one, answer.saved.length ? `${one.saved}.` : "It is so already.");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) return again(who, one);
    complain(`Not saved: ${error.message}`);
    return false;
  }
}

const post = (who, kind, values) => api(`/api/videos/${state.id}/act`, { ...values, who, kind, revision: server.sheet.revision });

function isSaved(one, said) {
  say(said);
  looking = shown(one);
  return true;
}

async function shown(one) {
  try {
    await refresh(one);
  } catch (error) {
    complain(`It is saved, but the page could not look again: ${error.message}`);
  }
}

// Somebody decided meanwhile. What they left alone is decided all the same; for the rest a person chooses.
// `own`: it was the page itself that went on meanwhile.
async function again(who, one, own = false) {
  const { kind, values, saved, seen } = one;
  if (!own) await refresh();
  const now = server.sheet;
  let wanted = values;
  if (values.first !== undefined) {
    const before = seen.cues.find((c) => c.first <= values.first && values.first < c.last);
    const there = before && nearest(now.cues, before);
    if (!there) {
      complain("Not saved: that caption is not there any more. " + (values.text ? `You wrote: ${values.text}` : ""));
      return false;
    }
    // Other words overwrite neither times nor speakers.
    const same = there.text === before.text && (kind === "text" || (there.speaker === before.speaker && there.start_ms === before.start_ms));
    if (!same && !(await chooses(kind, values, there))) return false;
    const whole = before.first === values.first && before.last === values.last, by = there.first - before.first;
    wanted = { ...values, first: values.first + by, last: whole ? there.last : values.last + by };
  } else if (kind !== "drop" && (values.keys !== undefined || values.ref !== undefined)) {
    const held = [...now.doubts, ...server.findings];
    const left = (values.keys ?? []).filter((key) => held.some((d) => d.key === key));
    if (!left.length && !held.some((d) => values.ref && d.ref === values.ref)) {
      say("Somebody settled this meanwhile.");
      return false;
    }
    if (values.keys) wanted = { ...values, keys: left };
  }
  try {
    await post(who, kind, wanted);
  } catch (error) {
    complain(`Not saved: ${error.message}`);
    return false;
  }
  return isSaved(one, own ? `${saved}.` : `${saved}, beside what somebody else decided meanwhile.`);
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
