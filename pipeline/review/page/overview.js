// The hits at a glance: a lane of time for each video, and how they divide, each with the search that asks for that alone.

import { clock, counted, h } from "/page/common.js";

const SVG = "http://www.w3.org/2000/svg";
const NAMES = { concept: "Concepts", speaker: "Who speaks", video: "Recordings", vignette: "Parts" };
const WIDTH = 1000, TICK = 4;

function drawn(tag, values) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
  return made;
}

// One lane: a bar of the video's length with a mark for each hit; a click goes to the nearest. The list says the same.
function lane(one, jump) {
  const length = Math.max(one.duration_ms, 1);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} 24`, preserveAspectRatio: "none", "aria-hidden": "true", class: "lane" });
  svg.append(...one.starts_ms.map((ms) =>
    drawn("rect", { x: Math.min(WIDTH - TICK, (ms / length) * WIDTH), y: 2, width: TICK, height: 20 })));
  svg.addEventListener("click", (event) => {
    const at = svg.getBoundingClientRect(), ms = ((event.clientX - at.left) / at.width) * length;
    jump(one, one.starts_ms.reduce((a, b) => (Math.abs(b - ms) < Math.abs(a - ms) ? b : a)));
  });
  return h("div", { class: "lane-row" },
    h("p", {}, one.title || one.video, h("span", { class: "quiet" }, ` ${counted(one.starts_ms.length, "hit")} in ${clock(length)}`)), svg);
}

export const lanes = (found, jump) => found.map((one) => lane(one, jump));

function value(one, total, ask) {
  const share = h("meter", { min: 0, max: Math.max(total, 1), value: one.hits, "aria-hidden": "true" });
  const count = h("span", { class: "quiet" }, ` ${one.hits} of ${one.of}`);
  const narrows = one.query && one.hits < total;
  return h("li", {}, share, narrows
    ? h("button", { class: "plain", onclick: () => ask(one.query), title: one.query }, one.value, h("span", { class: "hidden" }, " only,"))
    : h("span", {}, one.value), count);
}

export function facets(found, total, ask) {
  return Object.entries(NAMES).filter(([by]) => found[by]?.length).map(([by, name]) =>
    h("section", { class: "facet" }, h("h3", {}, name), h("ul", {}, ...found[by].map((one) => value(one, total, ask)))));
}
