// What all pages share: elements made without markup, requests, times, and the one line that says what happened.

export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "disabled" || name === "checked") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return made;
}

export const byId = (id) => document.getElementById(id);

export class Refused extends Error {
  constructor(status, message, facts = {}) {
    super(message);
    this.status = status;
    this.facts = facts;
  }
}

// A request's answer as JSON. Throws Refused: status 0 when the server does not answer.
export async function api(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, "the server does not answer - is 'vignette review' still running?");
  }
  const text = await answer.text();
  let facts = {};
  try { facts = JSON.parse(text); } catch { facts = { error: text }; }
  if (!answer.ok) throw new Refused(answer.status, facts.error || `the server said ${answer.status}`, facts);
  return facts;
}

export function clock(ms, precise = false) {
  const whole = Math.floor(ms / 1000), s = whole % 60, m = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3600);
  const two = (n) => String(n).padStart(2, "0");
  const text = hours ? `${hours}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  return precise ? `${text}.${String(Math.floor(ms % 1000)).padStart(3, "0")}` : text;
}

// "1:02.5" in milliseconds, NaN for what is no time.
export function parsedTime(text) {
  const parts = text.trim().split(":").map((p) => (/^\d+([.,]\d{1,3})?$/.test(p) ? Number(p.replace(",", ".")) : NaN));
  return parts.length > 3 ? NaN : Math.round(parts.reduce((sum, part) => sum * 60 + part, 0) * 1000);
}

export function counted(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

// A press so soon after another thing came to its place was meant for the one before, in milliseconds.
export const TOO_SOON_MS = 400;

let complained = -Infinity;

// What happened; a complaint goes, unless it came after that was asked for: who goes on meanwhile must not miss it.
export function say(text, asked = performance.now()) {
  byId("status").textContent = text;
  if (asked >= complained) byId("alert").textContent = "";
}

export function complain(text) {
  complained = performance.now();
  byId("alert").textContent = text;
}

// Text with some stretches [first, last) of its characters marked.
export function marked(text, spans) {
  const found = [];
  let at = 0;
  for (const [first, last] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (first < at) continue;
    const chars = [...text];
    found.push(chars.slice(at, first).join(""), h("mark", {}, chars.slice(first, last).join("")));
    at = last;
  }
  found.push([...text].slice(at).join(""));
  return found;
}

export function stored(key, otherwise) {
  try { return JSON.parse(localStorage.getItem(`vignette.${key}`)) ?? otherwise; } catch { return otherwise; }
}

export function store(key, value) {
  try { localStorage.setItem(`vignette.${key}`, JSON.stringify(value)); } catch { /* a browser that keeps nothing */ }
}
