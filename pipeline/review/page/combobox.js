// The box in which a query is written: what may stand at the cursor, chosen by arrows and Enter or by a click; and where a
// query cannot be read, the place, under a caret.

import { api, complain, h } from "/page/common.js";

const PAUSE_MS = 150, TROUBLE_MS = 900;
let asked = 0, active = -1, found = { query: "", first: 0, last: 0, choices: [] }, timer = 0, trouble = 0;

export function combobox(box, list, problem, chosen) {
  const close = () => {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (n) => {
    active = n;
    [...list.children].forEach((row, k) => row.setAttribute("aria-selected", String(k === n)));
    if (n < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `choice-${n}`);
    list.children[n].scrollIntoView({ block: "nearest" });
  };
  const take = (n) => {
    if (box.value !== found.query) return ask(); // these were for what was written before
    const { first, last } = found, text = found.choices[n].text, before = [...box.value].slice(0, first).join("");
    const goesOn = text.endsWith(":");
    const after = [...box.value].slice(last).join("");
    const space = goesOn || after.startsWith(" ") ? "" : " ";
    box.value = `${before}${text}${space}${after}`;
    const at = before.length + text.length + (goesOn ? 0 : 1);
    box.setSelectionRange(at, at);
    close();
    box.focus();
    if (goesOn) ask(); else chosen?.();
  };
  const draw = () => {
    list.replaceChildren(...found.choices.map((c, n) =>
      h("span", { role: "option", id: `choice-${n}`, "aria-selected": "false",
        onmousedown: (event) => { event.preventDefault(); take(n); } }, h("code", {}, c.text), c.what ? ` ${c.what}` : "")));
    active = -1;
    list.hidden = !found.choices.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    const mine = ++asked, query = box.value, caret = [...query.slice(0, box.selectionStart)].length;
    clearTimeout(trouble);
    if (!query.trim()) { wrong(box, problem, null); return close(); }
    try {
      const answer = await api("/api/search/complete", { query, caret });
      if (mine !== asked || document.activeElement !== box) return;
      found = { ...answer, query };
      draw();
      if (!answer.problem) wrong(box, problem, null);
      // Who is still writing is not told that it is not finished.
      else trouble = setTimeout(() => { if (list.hidden) wrong(box, problem, answer.problem); }, TROUBLE_MS);
    } catch { close(); }
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const count = list.hidden ? 0 : found.choices.length;
    if (event.key === "ArrowDown" && !count) { event.preventDefault(); ask(); }
    else if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % count); }
    else if (event.key === "ArrowUp" && count) { event.preventDefault(); mark((active <= 0 ? count : active) - 1); }
    else if (event.key === "Escape" && count) { event.preventDefault(); close(); }
    else if (event.key === "Enter" && count && active >= 0) { event.preventDefault(); take(active); }
  });
  return { close: () => { asked++; clearTimeout(timer); clearTimeout(trouble); close(); } };
}

// What is wrong, with a caret under its place; null when nothing is.
export function wrong(box, problem, error) {
  box.setAttribute("aria-invalid", String(Boolean(error)));
  if (!error) return problem.replaceChildren();
  const at = Math.max(0, Math.min(error.at ?? 0, [...box.value].length));
  problem.replaceChildren(h("p", { class: "warn" }, error.error),
    error.at === undefined ? "" : h("pre", { "aria-hidden": "true" }, `${box.value}\n${" ".repeat(at)}^`));
}

export async function guide(details, place) {
  details.addEventListener("toggle", async () => {
    if (!details.open || place.textContent) return;
    try {
      place.textContent = (await api("/api/search/guide")).guide;
    } catch (error) { complain(error.message); }
  });
}

export const cursorTo = (box, at) => { const n = [...box.value].slice(0, at).join("").length; box.focus(); box.setSelectionRange(n, n); };
