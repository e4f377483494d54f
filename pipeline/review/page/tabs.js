// The tabs beside the player: one tab stop, arrows go from one to the next, and a panel is drawn when it is first shown.

import { byId } from "/page/common.js";

const tabs = [...byId("tabs").children];
const openers = {};

// What draws a panel; called whenever the panel is shown.
export function onShown(panel, draw) {
  openers[panel] = draw;
}

export const isShown = (panel) => !byId(panel).hidden;

export function show(panel, { focus = false } = {}) {
  for (const tab of tabs) {
    const its = tab.getAttribute("aria-controls"), on = its === panel;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    byId(its).hidden = !on;
    if (on && focus) tab.focus();
  }
  openers[panel]?.();
}

byId("tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) show(tab.getAttribute("aria-controls"));
});
byId("tabs").addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], at = tabs.indexOf(document.activeElement);
  const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : (at + by + tabs.length) % tabs.length;
  if (at < 0 || Number.isNaN(next)) return;
  event.preventDefault();
  show(tabs[next].getAttribute("aria-controls"), { focus: true });
});
show("doubts");
