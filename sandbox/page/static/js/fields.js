// The options of a command as fields: each checks its value as Discord's client does, and says what is wrong.
import { Refused, post } from "./api.js";
import { h, iconButton } from "./dom.js";
import { Listbox } from "./listbox.js";
import { me, store } from "./store.js";

const TYPE = { TEXT: 3, INTEGER: 4, TRUTH: 5, USER: 6, CHANNEL: 7, NUMBER: 10 };
const LONGEST_TEXT = 6000;
const COMPLETION_PAUSE_MS = 120;
let fields = 0;

/** Make the field of an option. `form` gives the values of the others and hears when one is taken out. */
export function fieldFor(spec, form) {
  if (spec.choices?.length) return new ChoiceField(spec, form, spec.choices.map((each) => [each.name, each.value]));
  if (spec.type === TYPE.TRUTH) return new ChoiceField(spec, form, [["True", true], ["False", false]]);
  if (spec.type === TYPE.USER) return new ChoiceField(spec, form, [...store.people.values()].map((each) => [each.name, each.id]));
  if (spec.type === TYPE.CHANNEL) return new ChoiceField(spec, form, [...store.channels.values()].map((each) => [`#${each.name}`, each.id]));
  if (spec.autocomplete) return new CompletingField(spec, form);
  return new TextField(spec, form);
}

class Field {
  constructor(spec, form, control) {
    fields += 1;
    this.spec = spec;
    this.form = form;
    this.control = control;
    const id = `field${fields}`;
    control.id = id;
    control.setAttribute("aria-describedby", `${id}-help ${id}-error`);
    if (spec.required) control.setAttribute("aria-required", "true");
    this.error = h("div", { class: "field-error", id: `${id}-error` });
    const remove = spec.required ? null : iconButton("close", `Take ${spec.name} out`, { on: { click: () => form.drop(this) } });
    this.node = h("div", { class: spec.required ? "field required" : "field", "data-option": spec.name }, h("label", { for: id }, spec.name), h("div", { class: "control" }, control), remove, h("div", { class: "sr-only", id: `${id}-help` }, spec.description), this.error);
    control.addEventListener("input", () => this.complain(""));
  }

  complain(text) {
    this.error.textContent = text;
    this.control.toggleAttribute("aria-invalid", Boolean(text));
    if (text) this.control.setAttribute("aria-invalid", "true");
    return text === "";
  }

  focus() {
    this.control.focus();
  }

  key() {
    return false;
  }
}

class TextField extends Field {
  constructor(spec, form) {
    const many = spec.type === TYPE.TEXT && !spec.autocomplete;
    const numeric = spec.type === TYPE.INTEGER ? "numeric" : "decimal";
    const control = many ? h("textarea", { rows: 1, spellcheck: "false", autocomplete: "off" }) : h("input", { type: "text", inputmode: spec.type === TYPE.TEXT ? null : numeric, autocomplete: "off", spellcheck: "false" });
    super(spec, form, control);
    if (many) control.addEventListener("input", () => fit(control));
  }

  get value() {
    const text = this.control.value;
    if (this.spec.type === TYPE.TEXT) return text;
    return text.trim() === "" ? "" : Number(text);
  }

  set value(text) {
    this.control.value = text;
    if (this.control.tagName === "TEXTAREA") requestAnimationFrame(() => fit(this.control));
  }

  /** Check as Discord's client does before it sends. */
  check() {
    const { spec, value } = this;
    if (value === "") return this.complain(spec.required ? `${spec.name} is needed.` : `Fill in ${spec.name}, or take it out.`);
    return this.complain(spec.type === TYPE.TEXT ? wrongText(spec, value) : wrongNumber(spec, value));
  }
}

function wrongText(spec, value) {
  const least = spec.min_length ?? 0;
  const most = spec.max_length ?? LONGEST_TEXT;
  const length = [...value].length;
  if (value.trim() === "") return `${spec.name} needs words.`;
  if (length < least) return `At least ${least} characters; there are ${length}.`;
  return length > most ? `At most ${most} characters; there are ${length}.` : "";
}

function wrongNumber(spec, value) {
  const kind = spec.type === TYPE.INTEGER ? "a whole number" : "a number";
  const { min_value: least, max_value: most } = spec;
  const range = least !== undefined && most !== undefined ? ` from ${least} to ${most}` : "";
  const wrong = Number.isNaN(value) || (spec.type === TYPE.INTEGER && !Number.isSafeInteger(value)) || value < (least ?? -Infinity) || value > (most ?? Infinity);
  return wrong ? `${spec.name} takes ${kind}${range}.` : "";
}

class ChoiceField extends Field {
  constructor(spec, form, options) {
    super(spec, form, h("select", {}, options.map(([label], place) => h("option", { value: place }, label))));
    this.options = options;
  }

  get value() {
    return this.options[Number(this.control.value)]?.[1] ?? "";
  }

  set value(wanted) {
    this.control.value = Math.max(0, this.options.findIndex(([, value]) => value === wanted));
  }

  check() {
    return this.complain(this.options.length ? "" : `There is nothing to choose for ${this.spec.name}.`);
  }
}

class CompletingField extends TextField {
  constructor(spec, form) {
    super(spec, form);
    this.chosen = null;
    this.list = new Listbox(this.control, {
      label: `Choices for ${spec.name}`,
      take: (choice) => {
        this.control.value = choice.name;
        this.chosen = choice;
        this.complain("");
      },
    });
    this.node.querySelector(".control").append(this.list.node);
    this.control.addEventListener("input", () => {
      this.chosen = null;
      this.#ask();
    });
    this.control.addEventListener("focus", () => this.#ask());
    this.control.addEventListener("blur", () => this.list.hide());
  }

  get value() {
    return this.chosen && this.chosen.name === this.control.value ? this.chosen.value : super.value;
  }

  set value(text) {
    super.value = text;
  }

  key(event) {
    return this.list.key(event);
  }

  #ask() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#complete(), COMPLETION_PAUSE_MS);
  }

  async #complete() {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const sent = { as: me().username, channel: store.channel, name: this.form.command.name, option: this.spec.name, value: this.control.value, options: this.form.valuesBut(this) };
    try {
      const { choices } = await post("autocomplete", sent, { signal });
      if (signal.aborted || document.activeElement !== this.control) return;
      if (choices.length === 0) this.list.say("Nothing fits.");
      else this.list.show(choices.map((each) => ({ value: each, nodes: [each.name] })), this.control.value ? 0 : -1);
    } catch (error) {
      if (!signal.aborted && error instanceof Refused && document.activeElement === this.control) this.list.say(error.message);
    }
  }
}

export function fit(area) {
  area.style.setProperty("height", "auto");
  area.style.setProperty("height", `${Math.min(area.scrollHeight, 180)}px`);
}
