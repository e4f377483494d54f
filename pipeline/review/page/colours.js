// A colour for each person, the same in the waveform and in the lists; never the only thing that tells people apart.

import { state } from "/page/state.js";

const COUNT = 8;

export const numberOf = (speaker) => {
  const at = state.sheet.people.findIndex((p) => p.id === speaker);
  return at < 0 ? 0 : (at % COUNT) + 1;
};

export const colourOf = (speaker) => getComputedStyle(document.body).getPropertyValue(`--s${numberOf(speaker)}`).trim() || "gray";
