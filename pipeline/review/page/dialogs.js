// Questions in a dialog of the browser's own: labelled, closed by Escape, and the focus goes back where it was.

import { h, stored, store, api } from "/page/common.js";

// Asks for the fields; resolves to their values, with `button` for which button was chosen, or null when closed.
export function ask({ title, text = [], fields = [], buttons = [["ok", "Save"]] }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const inputs = fields.map((f) => {
      const input = f.options
        ? h("select", { id: `ask-${f.name}` }, ...f.options.map(([v, label]) => h("option", { value: v }, label)))
        : f.lines ? h("textarea", { id: `ask-${f.name}`, rows: f.lines, required: f.required, maxlength: 2000 })
        : h("input", { id: `ask-${f.name}`, type: "text", required: f.required, autocomplete: "off", maxlength: f.most ?? 200 });
      input.value = f.value ?? (f.options ? f.options[0]?.[0] ?? "" : "");
      return [f, input];
    });
    let answer = null;
    const chosen = (button) => {
      const values = Object.fromEntries(inputs.map(([f, input]) => [f.name, input.value]));
      answer = { ...values, button };
    };
    const form = h("form", { method: "dialog" },
      h("h2", { id: "ask-heading" }, title),
      ...text,
      ...inputs.map(([f, input]) => h("p", {}, h("label", { for: input.id }, f.label), input)),
      h("p", { class: "buttons" },
        ...buttons.map(([name, label]) => h("button", { type: "submit", onclick: () => chosen(name) }, label)),
        h("button", { type: "button", onclick: () => dialog.close() }, "Cancel")));
    form.addEventListener("submit", () => { if (!answer) chosen(buttons[0][0]); });
    form.addEventListener("invalid", () => { answer = null; }, true);
    const dialog = h("dialog", { "aria-labelledby": "ask-heading" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      const back = before.isConnected ? before : document.querySelector(".cue.current .time"); // it may have been drawn anew
      if (back instanceof HTMLElement) back.focus();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (inputs[0]?.[1] ?? form.querySelector("button")).focus();
  });
}

// Who decides: asked once, then remembered by this browser.
export async function reviewer(change = false) {
  const known = stored("who", "");
  if (known && !change) return known;
  const proposed = known || (await api("/api/videos")).reviewer;
  const answer = await ask({
    title: "Who is reviewing?",
    text: [h("p", {}, "Every correction bears a name. It stays on this machine, in the file of decisions beside the video.")],
    fields: [{ name: "who", label: "Your name", value: proposed, required: true }],
  });
  const who = answer?.who.trim() ?? "";
  if (who) store("who", who);
  return who || known;
}
