// Windows (modals): opened by the bot's answer, filled in, sent back. The dialog keeps the focus.
import { postFiles } from "./api.js";
import { h } from "./dom.js";
import { markdown } from "./markdown.js";
import { me, nameOf, on, store } from "./store.js";
import { Zone } from "./zone.js";

const TYPE = { ROW: 1, MENU: 3, INPUT: 4, USERS: 5, CHANNELS: 8, TEXT: 10, LABEL: 18, FILES: 19, RADIOS: 21, CHECKS: 22, CHECK: 23 };
const LONGEST_INPUT = 4000;
let open = null;
let inputs = 0;
// A window opens once, whatever is told of its interaction later.
const opened = new Set();

export function startWindows() {
  on("interaction", ({ interaction }) => {
    if (interaction.modal && !opened.has(interaction.id)) openWindow(interaction);
    else if (interaction.type === "modal_submit" && interaction.parent === open?.interaction) finish(interaction);
  });
}

function openWindow(interaction) {
  opened.add(interaction.id);
  open?.dialog.close();
  const parts = interaction.modal.components.map(drawTop);
  const error = h("div", { class: "field-error", role: "alert" });
  const send = h("button", { type: "submit", class: "button primary" }, h("span", { class: "label" }, "Send"));
  const cancel = h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Close");
  const form = h("form", { novalidate: true, method: "dialog" }, h("h2", { id: "window-title" }, interaction.modal.title), parts.map((each) => each.node), error, h("div", { class: "window-buttons" }, cancel, send));
  const dialog = h("dialog", { class: "window", "aria-labelledby": "window-title" }, form);
  const here = { dialog, interaction: interaction.id, parts: parts.filter((each) => each.custom_id), error, send };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(here);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (open === here) open = null;
  });
  open = here;
  document.body.append(dialog);
  dialog.showModal();
  here.parts[0]?.focus();
}

async function submit(here) {
  const wrong = here.parts.filter((each) => !each.check());
  if (wrong.length) return wrong[0].focus();
  const values = Object.fromEntries(here.parts.filter((each) => each.value !== undefined).map((each) => [each.custom_id, each.value()]));
  const files = here.parts.flatMap((each) => (each.files ? each.files().map((file) => [each.custom_id, file]) : []));
  here.send.setAttribute("aria-busy", "true");
  try {
    await postFiles("submit", { as: me().username, interaction: here.interaction, values }, files);
  } catch (error) {
    here.error.textContent = error.message;
    here.send.removeAttribute("aria-busy");
  }
  return undefined;
}

function finish(submission) {
  if (submission.progress === "waiting") return;
  if (submission.progress === "failed") {
    open.error.textContent = "Easel did not answer within 3 s. What you wrote is still here: send it again.";
    open.send.removeAttribute("aria-busy");
  } else open.dialog.close();
}

function drawTop(top) {
  if (top.type === TYPE.TEXT) return { node: h("div", { class: "text" }, markdown(top.content, nameOf)) };
  if (top.type === TYPE.ROW) return drawField(top.components[0], top.components[0].label ?? "", null);
  return drawField(top.component, top.label, top.description);
}

function drawField(spec, label, description) {
  inputs += 1;
  const id = `input${inputs}`;
  const part = DRAW[spec.type]?.(spec, id) ?? menu(spec, id);
  const error = h("div", { class: "field-error", id: `${id}-error` });
  const grouped = part.group === true;
  const name = h(grouped ? "legend" : "label", grouped ? {} : { for: id }, label, spec.required === false || spec.type === TYPE.CHECK ? "" : h("span", { class: "needed", "aria-hidden": "true" }, " *"));
  const help = description ? h("div", { class: "small help" }, description) : null;
  return {
    ...part,
    custom_id: spec.custom_id,
    node: h(grouped ? "fieldset" : "div", { class: "field window-field" }, name, help, part.control, error),
    check() {
      const wrong = part.wrong();
      error.textContent = wrong;
      return wrong === "";
    },
    focus: () => (part.control.querySelector?.("input,button,select") ?? part.control).focus(),
  };
}

const needed = (spec, empty) => (spec.required !== false && empty ? "This is needed." : "");

const DRAW = {
  [TYPE.INPUT](spec, id) {
    const control = h(spec.style === 2 ? "textarea" : "input", { id, rows: spec.style === 2 ? 4 : null, type: spec.style === 2 ? null : "text", placeholder: spec.placeholder, value: spec.value ?? "", "aria-describedby": `${id}-error` });
    const wrong = () => {
      const length = [...control.value].length;
      const most = spec.max_length ?? LONGEST_INPUT;
      if (length > most) return `At most ${most} characters; there are ${length}.`;
      if (length && length < (spec.min_length ?? 0)) return `At least ${spec.min_length} characters; there are ${length}.`;
      return needed(spec, length === 0);
    };
    return { control, wrong, value: () => control.value };
  },
  [TYPE.FILES](spec) {
    const zones = Array.from({ length: spec.max_values ?? 1 }, (_, place) => new Zone(`File ${place + 1}`, { title: "", changed: () => show() }));
    const control = h("div", { class: "zones" }, zones.map((each) => each.node));
    const show = () => {
      const held = zones.filter((each) => each.file).length;
      for (const [place, each] of zones.entries()) each.node.hidden = place > held;
    };
    show();
    const files = () => zones.filter((each) => each.file).map((each) => each.file);
    const fewest = spec.min_values ?? 1;
    const wrong = () => needed(spec, files().length === 0) || (files().length && files().length < fewest ? `At least ${fewest} files.` : "");
    return { control, wrong, files, group: true };
  },
  [TYPE.RADIOS]: (spec, id) => boxes(spec, id, "radio"),
  [TYPE.CHECKS]: (spec, id) => boxes(spec, id, "checkbox"),
  [TYPE.CHECK](spec, id) {
    const control = h("input", { type: "checkbox", id, checked: spec.default === true });
    return { control, wrong: () => "", value: () => control.checked };
  },
};

function boxes(spec, id, type) {
  const control = h("div", { class: "boxes" }, spec.options.map((each) => h("label", { class: "box" }, h("input", { type, name: id, value: each.value, checked: each.default === true }), " ", each.label)));
  const taken = () => [...control.querySelectorAll("input:checked")].map((each) => each.value);
  return { control, group: true, wrong: () => needed(spec, taken().length === 0), value: () => (type === "radio" ? (taken()[0] ?? null) : taken()) };
}

function menu(spec, id) {
  const people = [...store.people.values()].map((each) => ({ label: each.name, value: each.id }));
  const channels = [...store.channels.values()].map((each) => ({ label: `#${each.name}`, value: each.id }));
  const options = spec.options ?? (spec.type === TYPE.CHANNELS ? channels : people);
  const multiple = (spec.max_values ?? 1) > 1;
  const control = h("select", { id, multiple }, multiple ? null : h("option", { value: "" }, spec.placeholder ?? "Choose"), options.map((each) => h("option", { value: each.value, selected: each.default === true }, each.label)));
  const taken = () => [...control.selectedOptions].map((each) => each.value).filter(Boolean);
  return { control, wrong: () => needed(spec, taken().length === 0), value: taken };
}
