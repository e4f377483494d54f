// What is taken along as a file: asked for like all else, then kept by the browser under a name.

import { complain, Refused, say } from "/page/common.js";

export async function take(path, body, name) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  try {
    let answer;
    try { answer = await fetch(path, options); } catch { throw new Refused(0, "the server does not answer - is 'vignette review' still running?"); }
    if (!answer.ok) {
      const text = await answer.text();
      let told = text;
      try { told = JSON.parse(text).error ?? text; } catch { /* no JSON */ }
      throw new Refused(answer.status, told);
    }
    const named = name ?? decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition"))?.[1] ?? "file");
    const url = URL.createObjectURL(await answer.blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = named;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    const left = Number(answer.headers.get("x-left-out") ?? 0);
    say(`${named} is in your downloads${left ? `; ${left} could not be made` : ""}.`);
  } catch (error) { complain(error.message); }
}
