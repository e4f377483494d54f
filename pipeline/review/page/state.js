// The recording as the page knows it, and the one way in which the page decides: with the revision that was seen.

import { api, byId, complain, counted, h, Refused, say } from "/page/common.js";
import { atOnce, settles } from "/page/at_once.js";
import { ask, reviewer } from "/page/dialogs.js";

export const state = { id: location.pathname.split("/").pop(), sheet: null, findings: [], listeners: [], dirty: false };

export function onChange(listener) {
  state.listeners.push(listener);
}

// How things stand as the server last said, and what was asked for since, which is shown on top the moment it is asked for: neither
// the next caption nor the next doubt waits until all is worked out anew. What is saved stays on top until a look is there that was
// asked for after it was saved, `since`.
const server = { sheet: null, findings: [], number: 0 };
let pending = [], asked = 0;

function tell() {
  for (const listener of state.listeners) listener(state.sheet);
}

function show() {
  const keys = new Set(pending.flatMap((p) => settles(p.kind, p.values)));
  const open = (things) => (keys.size ? things.filter((d) => !keys.has(d.key)) : things);
  const sheet = pending.reduce((shown, p) => atOnce(p.kind, placed(p, shown), shown), server.sheet);
  state.sheet = keys.size ? { ...sheet, doubts: open(sheet.doubts) } : sheet;
  state.findings = open(server.findings);
  tell();
}

// What was decided, of the caption where it stands in a later look: words that came in before it move the places of all behind.
function placed({ values, seen }, sheet) {
  const before = seen.cues.find((c) => c.first === values.first && c.last === values.last);
  const there = before && sheet.cues.find((c) => c.id === before.id);
  return before ? { ...values, first: there?.first ?? -1, last: there?.last ?? -1 } : values;
}

// The last looks by their revisions: what was asked for apart speaks of one of them.
const looks = new Map();
const KEPT_LOOKS = 6;
export const lookOf = (revision) => looks.get(revision) ?? state.sheet;

async function looked() {
  const who = encodeURIComponent(localStorage.getItem("vignette.who") ? await reviewer() : "");
  return api(`/api/videos/${state.id}?who=${who}`);
}

// Look again; every part of the page draws what is new to it. Answers may overtake one another: an older look is not shown.
export async function refresh() {
  const number = ++asked, sheet = await looked();
  if (number < server.number) return;
  Object.assign(server, { sheet, number });
  looks.set(sheet.revision, sheet);
  if (looks.size > KEPT_LOOKS) looks.delete(looks.keys().next().value);
  const settled = new Set(pending.filter((p) => p.since <= number).flatMap((p) => settles(p.kind, p.values)));
  pending = pending.filter((p) => !(p.since <= number));
  server.findings = server.findings.filter((d) => !settled.has(d.key)); // those of this look come later
  show();
  findings();
}

let auditing = 0;
// The audit takes longer than a look, so its findings come behind it.
async function findings() {
  const mine = ++auditing;
  await new Promise((wake) => setTimeout(wake, 600));
  if (mine !== auditing) return;
  try {
    const found = await api(`/api/videos/${state.id}/findings`);
    if (mine !== auditing) return;
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

// What is decided one after the other; what of that nothing may overtake; the look that follows.
let queue = Promise.resolve(), strict = Promise.resolve(), looking = Promise.resolve();
// Decide; resolves to whether it was saved, as soon as it is. One after the other: each is sent when the page has looked at how things
// stand after the last; but what is about the words of one caption alone is sent at once, whatever is saved about others meanwhile.
// `seen` is what the person had before them, which the values speak of, however much came meanwhile.
export function decide(kind, values = {}, saved = "Saved", seen = state.sheet) {
  const one = { kind, values, saved, seen, at: performance.now() }, known = localStorage.getItem("vignette.who"), all = queue;
  const soon = known && isApart(one);
  if (known) shows(one);
  const turn = () => all.then(() => looking).then(() => decided(one));
  const next = (soon ? strict.then(() => atOnceOr(one, turn)) : turn()).catch((error) => failed(error));
  const ended = next.then((done) => { if (!done) undone(one); }, () => undone(one));
  queue = Promise.all([all, ended]);
  if (!soon) strict = queue;
  return next;
}

// So many are sent at once at most: a browser opens six connections to a server, and the recording takes some.
const MOST_SENT = 3;
const APART = new Set(["text", "review"]);
const captionOf = ({ seen, values }) => seen.cues.find((c) => c.first === values.first && c.last === values.last)?.id;

// Whether nothing that is being saved is about the same caption; the server looks at that again, and has the last word.
function isApart(one) {
  const under = pending.filter((p) => p.since === undefined), caption = captionOf(one);
  return APART.has(one.kind) && caption !== undefined && under.length < MOST_SENT && under.every((p) => captionOf(p) !== caption);
}

// Sent as it was seen; where the server finds that it is not apart from what came since, it waits its turn.
async function atOnceOr(one, turn) {
  const who = await reviewer();
  try {
    return await posted(who, one, one.values, "", one.seen.revision);
  } catch (error) {
    if (error.status !== 409) throw error;
  }
  return turn();
}

function failed(error) {
  complain(`Not saved: ${error.message}`);
  if (!(error instanceof Refused)) throw error;
  return false;
}

const SAVING = "Saving …";
const unsaved = () => pending.some((p) => p.since === undefined);

function shows(one) {
  if (pending.includes(one)) return;
  pending.push(one);
  say(SAVING, one.at); // what the line said before is not about this
  if (atOnce(one.kind, one.values, state.sheet) !== state.sheet || settles(one.kind, one.values).length) show();
}

function undone(one) {
  pending = pending.filter((p) => p !== one);
  if (!unsaved() && byId("status").textContent === SAVING) say("", one.at);
  show();
}

async function decided(one) {
  const who = await reviewer();
  if (!who) {
    complain("Not saved: say your name first.");
    return false;
  }
  shows(one);
  try {
    return await (one.seen.revision === server.sheet.revision ? posted(who, one) : again(who, one, true));
  } catch (error) {
    if (error.status !== 409) throw error;
  }
  await refresh();
  return again(who, one);
}

async function posted(who, one, values = one.values, beside = "", revision = server.sheet.revision) {
  const sent = { ...values, who, kind: one.kind, revision };
  const answer = await api(`/api/videos/${state.id}/act`, sent);
  return isSaved(one, answer.saved.length ? `${one.saved}${beside}.` : "It is so already.");
}

function isSaved(one, said) {
  one.since = asked + 1;
  if (!unsaved()) say(said, one.at);
  looking = lookSoon();
  return true;
}

let underWay = null, behind = null;
// A look that begins from now on: one is under way at a time, and one for all that was saved meanwhile comes behind it.
function lookSoon() {
  if (underWay) return (behind ??= underWay.then(() => { behind = null; return lookSoon(); }));
  return (underWay = shown().finally(() => { underWay = null; }));
}

async function shown() {
  try {
    await refresh();
  } catch (error) {
    complain(`It is saved, but the page could not look again: ${error.message}`);
  }
}

// Somebody decided meanwhile. What they left alone is decided all the same; for the rest a person chooses.
// `own`: it was the page itself that went on meanwhile.
async function again(who, one, own = false) {
  const { kind, values, seen } = one;
  const now = server.sheet;
  let wanted = values;
  if (values.whole || (kind === "review" && values.part)) {
    if (watched(seen, values.part) !== watched(now, values.part)) {
      complain("Not saved: captions have changed since you looked. Look at them, then say that they are right.");
      return false;
    }
  } else if (values.first !== undefined) {
    const before = seen.cues.find((c) => c.first <= values.first && values.first < c.last);
    const there = before && nearest(now.cues, before);
    if (!there) {
      complain("Not saved: that caption is not there any more. " + (values.text ? `You wrote: ${values.text}` : ""));
      return false;
    }
    // Other words overwrite neither times nor speakers.
    const same = there.text === before.text && (kind === "text" || (there.speaker === before.speaker && there.start_ms === before.start_ms));
    const already = kind === "text" && there.text === values.text.trim();
    if (!same && !already && !(await chooses(one, there, own))) return false;
    const whole = before.first === values.first && before.last === values.last, by = there.first - before.first;
    wanted = { ...values, first: values.first + by, last: whole ? there.last : values.last + by };
  } else if (kind !== "drop" && (values.keys !== undefined || values.ref !== undefined)) {
    const held = [...now.doubts, ...server.findings];
    const left = (values.keys ?? []).filter((key) => held.some((d) => d.key === key));
    if (!left.length && !held.some((d) => values.ref && d.ref === values.ref)) {
      say(own ? "This is settled already." : "Somebody settled this meanwhile.", one.at);
      return false;
    }
    if (values.keys) wanted = { ...values, keys: left };
  }
  return posted(who, one, wanted, own ? "" : ", beside what somebody else decided meanwhile");
}

// All that somebody watches of the whole or of a part.
function watched(sheet, id) {
  const part = sheet.parts.find((p) => p.id === id);
  const inside = (c) => !id || (part && part.start_ms <= c.start_ms && c.start_ms < part.end_ms);
  return JSON.stringify(sheet.cues.filter(inside).map((c) => [c.start_ms, c.end_ms, c.lines, c.speaker]));
}

// Where a caption stands by now: by its name, else by its time.
function nearest(cues, before) {
  const same = cues.find((c) => c.id === before.id);
  if (same) return same;
  const overlap = (c) => Math.min(c.end_ms, before.end_ms) - Math.max(c.start_ms, before.start_ms);
  const best = cues.reduce((a, b) => (overlap(b) > overlap(a) ? b : a), cues[0]);
  return best && overlap(best) > 0 ? best : null;
}

async function chooses({ kind, values, at }, there, own) {
  const rows = [h("p", {}, `${own ? "What you did before changed this caption." : "Somebody changed this caption while you were at it."} Nothing was overwritten.`),
    h("h3", {}, "It reads now"), h("blockquote", { class: "now" }, there.text)];
  if (kind === "text") rows.push(h("h3", {}, "You wrote"), h("blockquote", { class: "mine" }, values.text));
  const answer = await ask({ title: own ? "It reads otherwise by now" : "Two people changed this", text: rows, buttons: [["theirs", "Keep it as it is now"], ["mine", "Mine after all"]] });
  if (answer?.button === "mine") return true;
  say("Kept as it is now; yours was not saved.", at);
  return false;
}

export function left() {
  return state.sheet.doubts.length ? `${counted(state.sheet.doubts.length, "thing")} left` : "nothing is left that needs a person";
}

addEventListener("beforeunload", (event) => { if (state.dirty || unsaved()) event.preventDefault(); });
