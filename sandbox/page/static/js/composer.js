// The message box: words, files, and "/" for the picker, which turns it into a command's form.
import { postFiles } from "./api.js";
import { h, iconButton } from "./dom.js";
import { forgetDraft, readDraft, writeDraft } from "./draft.js";
import { fit } from "./fields.js";
import { CommandForm } from "./form.js";
import { isPictureFile, Tray } from "./tray.js";
import { Listbox } from "./listbox.js";
import { commandsHere, here, me, on, store, tell } from "./store.js";
import { takeDrops } from "./zone.js";

const LONGEST_MESSAGE = 2000;
const CHAT_INPUT = 1;
const typing = matchMedia("(hover: hover)");

let host;
let area;
let picker;
let tray;
let error;
let plain;
let form = null;
const unsent = new Map();
let place = null;

export function startComposer() {
  host = h("div", { class: "composer", id: "composer" });
  area = h("textarea", { rows: 1, "aria-label": "Message, or / for commands", "aria-describedby": "composer-error" });
  error = h("div", { class: "field-error", id: "composer-error", role: "alert" });
  picker = new Listbox(area, { label: "Commands", take: (command) => openCommand(command) });
  tray = new Tray({ offer: openCommand, changed: () => complain("") });
  const input = h("input", { type: "file", multiple: true, class: "sr-only", tabindex: "-1", "aria-label": "Files", on: { change: () => takeFiles([...input.files]) } });
  plain = h(
    "div",
    { class: "plain" },
    picker.node,
    tray.node,
    h("div", { class: "plain-row" }, iconButton("plus", "Attach files", { on: { click: () => input.click() } }), input, area, iconButton("send", "Send", { class: "icon-button send", on: { click: send } })),
    error,
  );
  host.append(plain);
  area.addEventListener("input", typed);
  area.addEventListener("keydown", keyed);
  area.addEventListener("blur", () => picker.hide());
  host.addEventListener("paste", pasted);
  takeDrops(document.getElementById("chat"), takeFiles);
  document.addEventListener("keydown", slashAnywhere);
  on("state place", moved);
  on("draft", () => form && !form.sending && writeDraft(place, form.command.name, form.valuesBut(null)));
  return host;
}

function moved() {
  if (!here()) return;
  const now = `${here().id}/${store.me}`;
  area.placeholder = here().kind === "direct" ? "Write to Easel" : "Type / for commands";
  if (place === now) return;
  place = now;
  closeCommand({ focus: typing.matches });
  unsent.clear();
  tray.clear();
  area.value = "";
  typed();
  const draft = readDraft(place);
  if (draft) suggest(draft.command, draft.values);
}

function slashAnywhere(event) {
  const busy = event.target.closest?.("input,textarea,select,dialog,[contenteditable]");
  if (event.key !== "/" || busy || event.ctrlKey || event.metaKey || form) return;
  event.preventDefault();
  area.focus();
  area.value = "/";
  typed();
}

function typed() {
  complain("");
  fit(area);
  const found = /^\/([\p{L}\p{N}_-]*)(\s[\s\S]*)?$/u.exec(area.value);
  if (!found) return picker.hide();
  const [, name, rest] = found;
  const offered = commandsHere(CHAT_INPUT);
  const exact = offered.find((each) => each.name === name);
  if (exact && rest !== undefined) return openCommand(exact, rest.trim());
  const fitting = offered.filter((each) => each.name.startsWith(name));
  if (fitting.length) return picker.show(fitting.map((each) => ({ value: each, nodes: [h("strong", {}, `/${each.name}`), h("span", { class: "small" }, each.description)] })));
  return offered.length ? picker.say(`There is no command /${name} here.`) : picker.say("There are no commands here.");
}

function keyed(event) {
  if (picker.key(event)) return;
  if (event.key === "Escape" && area.value.startsWith("/")) {
    area.value = "";
    typed();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
}

function openCommand(command, typed = "") {
  picker.hide();
  const kept = typed === "" ? unsent.get(command.id) : null;
  show(kept ?? new CommandForm(command, { done: finished }));
  area.value = "";
  fit(area);
  if (!kept) form.begin(typed);
  const others = tray.files.filter((file) => !isPictureFile(file));
  form.takeFiles(tray.files.filter(isPictureFile), null);
  if (others.length) form.complain(`/${command.name} takes pictures only: ${others.map((file) => file.name).join(", ")} stayed out.`);
  tray.clear();
  form.focus({ select: Boolean(kept) });
}

function show(wanted) {
  form = wanted;
  plain.hidden = true;
  host.append(form.node);
  tell("composer");
}

/** A command that was put aside or refused comes back as it was; a sent or closed one does not. */
function finished(how, its) {
  if (how === "refused") {
    if (form !== its) closeCommand({ focus: false });
    show(its);
    return its.focus();
  }
  if (how === "sent") {
    unsent.delete(its.command.id);
    return tell("sent");
  }
  closeCommand();
  if (how !== "aside") unsent.delete(its.command.id);
  return forgetDraft();
}

function closeCommand({ focus = true } = {}) {
  if (form) unsent.set(form.command.id, form);
  form?.node.remove();
  form = null;
  plain.hidden = false;
  fit(area);
  if (focus) area.focus();
  tell("composer");
}

/** Open a command with values by option: for words that set off faults, and for what got no answer. */
export function suggest(name, values) {
  const command = commandsHere(CHAT_INPUT).find((each) => each.name === name);
  if (!command) return complain("There are no commands here.");
  closeCommand({ focus: false });
  unsent.delete(command.id);
  return openCommand(command, values);
}

function pasted(event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  takeFiles(files, event.target);
}

function takeFiles(files, target = null) {
  if (form) form.takeFiles(files, target);
  else tray.add(files);
}

function complain(text) {
  error.textContent = text;
}

async function send() {
  const content = area.value.trim();
  const length = [...content].length;
  if (content === "" && tray.files.length === 0) return area.focus();
  if (/^\/[\p{L}\p{N}_-]+/u.test(content) && !content.slice(1).includes("/")) return complain(commandsHere(CHAT_INPUT).length ? `There is no command ${content.split(/\s/)[0]} here. Type / to see what there is.` : "There are no commands here.");
  if (length > LONGEST_MESSAGE) return complain(`A message has at most ${LONGEST_MESSAGE} characters; this one has ${length}.`);
  try {
    await postFiles("say", { as: me().username, channel: store.channel, content }, tray.files.map((file) => ["file", file]));
  } catch (refused) {
    return complain(refused.message);
  }
  area.value = "";
  tray.clear();
  typed();
  area.focus();
  return tell("sent");
}
