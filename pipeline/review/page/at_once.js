// What a decision will most likely come to, shown the moment it is made: the server's look follows, and has the last word.

const edited = (c, values) => ({ ...c, ...values, state: "edited" });

// The lines as they are shown: with the labels and dashes that stood before the words.
function lines(c, text) {
  const old = c.text.split("\n");
  return text.split("\n").filter((line) => line.trim()).map((line, k) => {
    const shown = c.lines[k] ?? "", words = old[k] ?? "";
    const before = words && shown.endsWith(words) ? shown.slice(0, shown.length - words.length) : "";
    return before + line.trim();
  });
}

const CHANGES = {
  text: (c, v) => edited(c, { text: v.text.trim(), lines: lines(c, v.text) }),
  cue: (c, v) => edited(c, { start_ms: v.start_ms, end_ms: v.end_ms }),
  review: (c) => ({ ...c, state: "reviewed" }),
  delete: () => null,
};

const SETTLES = new Set(["take", "mend", "waive"]);

// The keys of the things that need nobody any more when this is done.
export function settles(kind, values) {
  return SETTLES.has(kind) ? values.keys ?? [values.key] : [];
}

// The sheet with the caption changed; the sheet itself where nothing can be said yet.
export function atOnce(kind, values, sheet) {
  const change = CHANGES[kind];
  if (!change || values.first === undefined) return sheet;
  const cues = sheet.cues.map((c) => (c.first === values.first && c.last === values.last ? change(c, values) : c)).filter(Boolean);
  return { ...sheet, cues };
}
