// The page of one recording: its head, the files that are made behind it, and the first look.

import { api, byId, complain, counted, h, stored } from "/page/common.js";
import "/page/player.js";
import { selectAt, selectLinked } from "/page/cues.js";
import "/page/doubts.js";
import "/page/wave.js";
import "/page/parts.js";
import "/page/concepts.js";
import "/page/people.js";
import "/page/signing.js";
import { reviewer } from "/page/dialogs.js";
import "/page/keys.js";
import { seek } from "/page/player.js";
import { left, onChange, refresh, state } from "/page/state.js";

const POLL_MS = 700;
let polls = false, lastMaking = null;

function head(sheet) {
  document.title = `${sheet.title} – Vignette`;
  byId("title").textContent = sheet.title;
  byId("grade").textContent = sheet.grade;
  const done = sheet.cues.filter((c) => c.state === "reviewed").length;
  byId("bar").value = sheet.cues.length ? done / sheet.cues.length : 0;
  byId("count").textContent = `${done} of ${sheet.cues.length} reviewed · ${left()}${state.findings.length ? ` · ${counted(state.findings.length, "finding")} about captions` : ""}`;
  for (const [id, label] of [["undo", "Undo"], ["redo", "Redo"]]) {
    byId(id).disabled = !sheet[id];
    byId(id).title = sheet[id] ? `${label}: ${sheet[id]}` : "";
  }
  byId("who").textContent = stored("who", "") ? `Reviewer: ${stored("who", "")}` : "Say your name";
  if (sheet.making !== lastMaking) making(sheet.making); // what was heard since the look is newer
  lastMaking = sheet.making;
}

function making(now) {
  const texts = {
    idle: state.sheet.applied ? "Files are up to date." : state.sheet.outdated
      ? "Captioned by an earlier version, or with other settings; a run brings it up to date and keeps your decisions. "
      : "Decisions wait for the files to be made. ",
    waiting: "Saved; the files are made in a moment …",
    running: `The files are being made${now.stage ? `: ${now.stage}` : ""} … `,
    done: `Files are up to date.${now.kept.length ? ` Beside yours: ${now.kept.join(", ")}.` : ""}`,
    failed: `The files could not be made: ${now.problem}. Your decisions are kept. `,
  };
  byId("making").replaceChildren(texts[now.state] ?? "");
  if (now.state === "running") byId("making").append(h("progress", { max: 1, value: now.share, "aria-label": "The stage's progress" }));
  if (now.state === "failed" || (now.state === "idle" && !state.sheet.applied)) {
    byId("making").append(h("button", { onclick: run,
      title: state.sheet.outdated || null }, state.sheet.outdated ? "Run it now" : "Make them now"));
  }
  if (["waiting", "running"].includes(now.state) && !polls) poll();
}

async function run() {
  try {
    making(await api(`/api/videos/${state.id}/run`, {}));
  } catch (error) { complain(error.message); }
}

async function poll() {
  polls = true;
  try {
    for (;;) {
      await new Promise((wake) => setTimeout(wake, POLL_MS));
      const now = await api(`/api/videos/${state.id}/making`);
      const ends = !["waiting", "running"].includes(now.state);
      polls = !ends;
      if (ends) return now.state === "done" ? await refresh() : making(now);
      making(now);
    }
  } catch (error) {
    complain(error.message);
  } finally { polls = false; }
}

byId("who").addEventListener("click", async () => {
  try {
    await reviewer(true);
    await refresh();
  } catch (error) { complain(error.message); }
});
onChange(head);

// Where the address leads: to a caption by its name, to a time, else to the beginning.
function linked() {
  if (!state.sheet) return;
  const at = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash), name = /^#cue-([\w-]+)$/.exec(location.hash);
  if (name) return selectLinked(name[1]);
  if (!at) return selectAt(0);
  seek(Number(at[1]) * 1000);
  selectAt(Number(at[1]) * 1000 + 1, { focus: true });
}
addEventListener("hashchange", linked);

// What was not captioned can be; the page opens when it is.
async function begin() {
  try {
    await refresh();
    linked();
  } catch (error) {
    complain(error.message);
    if (error.facts?.kind === "NotCaptioned") offer();
  }
}

function offer() {
  const caption = async () => {
    try {
      let now = await api(`/api/videos/${state.id}/run`, {});
      complain("");
      for (; ["waiting", "running"].includes(now.state); now = await api(`/api/videos/${state.id}/making`)) {
        byId("making").textContent = `It is being captioned${now.stage ? `: ${now.stage}` : ""} …`;
        await new Promise((wake) => setTimeout(wake, POLL_MS));
      }
      byId("making").textContent = "";
      if (now.state === "done") return begin();
      complain(now.problem);
    } catch (error) { complain(error.message); }
    offer();
  };
  byId("making").replaceChildren("It has to be run first; decisions are kept. ", h("button", { onclick: caption }, "Caption it now"));
}

begin();
