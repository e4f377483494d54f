// What is taken from the page: corrected captions, the document, and the report on the review.

import { h } from "/page/common.js";
import { state } from "/page/state.js";
import { take } from "/page/take.js";

const FILES = { srt: "Captions (SRT)", vtt: "Captions (WebVTT)", json: "Transcript (JSON)", "report.html": "Report (HTML)", "report.csv": "Report (CSV)" };

const list = h("select", { id: "download", "aria-label": "Take along as a file",
  onchange: () => {
    const kind = list.value;
    list.value = "";
    if (kind) take(`/api/videos/${state.id}/files/${kind}`, undefined, null);
  } }, h("option", { value: "" }, "Take along …"), ...Object.entries(FILES).map(([value, label]) => h("option", { value }, label)));
document.querySelector("header .buttons").append(list);
