// A command being filled in, as lines of chips: required options, a place for each picture, the rest.
import { postFiles } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { fieldFor } from "./fields.js";
import { me, store, tell } from "./store.js";
import { Zone } from "./zone.js";

const ATTACHMENT = 11;

export class CommandForm {
  /** `done` hears "sending", then "sent" or "refused"; "closed"; or "aside" when it may come back as it is. */
  constructor(command, { done }) {
    this.command = command;
    this.done = done;
    this.fields = [];
    const options = command.options ?? [];
    this.zones = options.filter((each) => each.type === ATTACHMENT).map((spec) => ({ spec, zone: new Zone(spec.name, { title: spec.description, changed: () => this.#filesChanged() }) }));
    this.fieldHost = h("div", { class: "fields" });
    this.chipHost = h("div", { class: "chips", "aria-label": "More options", role: "group" });
    this.error = h("div", { class: "field-error", role: "alert" });
    this.hint = h("span", { class: "small hint" });
    this.button = h("button", { type: "submit", class: "icon-button send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.node = h(
      "form",
      { class: "command-form", "aria-label": `The command ${command.name}`, novalidate: true },
      h("header", { class: "command-head" }, this.hint, h("span", { class: "small keys" }, h("kbd", {}, "Enter"), " sends, ", h("kbd", {}, "Esc"), " puts it aside"), iconButton("close", "Close the command", { on: { click: () => done("closed", this) } })),
      h("div", { class: "slots" }, h("strong", { class: "slash" }, `/${command.name}`), this.fieldHost, this.zones.length ? h("div", { class: "zones" }, this.zones.map(({ zone }) => zone.node)) : null, this.chipHost, this.button),
      this.error,
    );
    this.node.addEventListener("focusin", (event) => this.#explain(event.target));
    this.node.addEventListener("pointerover", (event) => this.#explain(event.target));
    this.node.addEventListener("input", () => tell("draft"));
    this.#explain(this.node);
    this.#filesChanged();
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.node.addEventListener("keydown", (event) => this.#key(event));
    for (const spec of this.#specs()) if (spec.required) this.add(spec);
    this.#drawChips();
  }

  /** Say what the option is for that is being filled in or pointed at, as Discord does above its line. */
  #explain(node) {
    const name = node.closest("[data-option],[data-chip],[data-zone]")?.dataset;
    const spec = name && (this.command.options ?? []).find((each) => each.name === (name.option ?? name.chip ?? name.zone));
    this.hint.replaceChildren(h("b", {}, spec ? spec.name : `/${this.command.name}`), ` ${spec ? spec.description : this.command.description}`);
  }

  /** One empty place is enough: the next one comes when it is filled. */
  #filesChanged() {
    this.complain("");
    const empty = this.zones.findIndex(({ zone }) => !zone.file);
    for (const [place, { zone }] of this.zones.entries()) zone.node.hidden = !zone.file && place !== empty;
  }

  #specs() {
    return (this.command.options ?? []).filter((each) => each.type !== ATTACHMENT);
  }

  add(spec) {
    const field = fieldFor(spec, this);
    this.fields.push(field);
    this.fieldHost.append(field.node);
    tell("draft");
    return field;
  }

  drop(field) {
    this.fields = this.fields.filter((each) => each !== field);
    field.node.remove();
    this.#drawChips();
    (this.chipHost.querySelector(`[data-chip="${field.spec.name}"]`) ?? this.button).focus();
  }

  #drawChips() {
    const shown = new Set(this.fields.map((each) => each.spec.name));
    const left = this.#specs().filter((each) => !shown.has(each.name));
    this.chipHost.replaceChildren(
      ...left.map((spec) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            "data-chip": spec.name,
            title: spec.description,
            on: {
              click: () => {
                const field = this.add(spec);
                this.#drawChips();
                field.focus();
              },
            },
          },
          icon("plus"),
          spec.name,
        ),
      ),
    );
    this.chipHost.hidden = left.length === 0;
  }

  #key(event) {
    const field = this.fields.find((each) => each.control === event.target);
    if (field?.key(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.done("aside", this);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && field && event.target.tagName !== "SELECT") {
      event.preventDefault();
      this.send();
    } else if (event.key === "Enter" && event.target.tagName === "SELECT") {
      event.preventDefault();
      this.send();
    }
  }

  /** Focus the first field; what came back is selected, so that one may also begin anew by typing. */
  focus({ select = false } = {}) {
    if (select) this.fields[0]?.control.select?.();
    (this.fields[0] ?? this.zones[0]?.zone ?? this.button).focus();
  }

  /** Fill in what was typed before: one text for the first field, or values by option. */
  begin(typed) {
    const values = typeof typed === "string" ? { [this.fields[0]?.spec.name]: typed } : typed;
    for (const spec of this.#specs()) {
      const value = values[spec.name];
      if (value === undefined || value === "") continue;
      const field = this.fields.find((each) => each.spec.name === spec.name) ?? this.add(spec);
      field.value = value;
    }
    this.#drawChips();
  }

  valuesBut(field) {
    return Object.fromEntries(this.fields.filter((each) => each !== field && each.value !== "" && !Number.isNaN(each.value)).map((each) => [each.spec.name, each.value]));
  }

  /** Put files where there is room, beginning with the zone that they fell on. */
  takeFiles(files, target) {
    const on = this.zones.findIndex(({ zone }) => target && zone.node.contains(target));
    const order = on < 0 ? this.zones : [...this.zones.slice(on), ...this.zones.slice(0, on)];
    let left = files;
    for (const [place, { zone }] of order.entries()) {
      if (left.length === 0) break;
      if (zone.file && !(place === 0 && on >= 0)) continue;
      zone.take(left[0]);
      left = left.slice(1);
    }
    const most = this.zones.length;
    if (left.length) this.complain(most ? `/${this.command.name} takes ${most} files at most; ${left.length} did not fit.` : `/${this.command.name} takes no files.`);
  }

  complain(text) {
    this.error.textContent = text;
  }

  async send() {
    if (this.sending) return;
    this.complain("");
    const wrong = this.fields.filter((each) => !each.check());
    for (const { spec, zone } of this.zones) if (spec.required && !zone.file) this.complain(`${spec.name} is needed: choose, drop or paste a file.`);
    if (wrong.length) wrong[0].focus();
    if (wrong.length || this.error.textContent) return;
    await this.#post();
  }

  /** The next thing can be typed at once: what is refused comes back with everything in it. */
  async #post() {
    this.sending = true;
    const sent = { as: me().username, channel: store.channel, name: this.command.name, options: this.valuesBut(null) };
    const files = this.zones.filter(({ zone }) => zone.file).map(({ spec, zone }) => [spec.name, zone.file]);
    this.done("sending", this);
    try {
      await postFiles("command", sent, files);
      this.done("sent", this);
    } catch (error) {
      this.done("refused", this);
      const named = this.fields.find((each) => error.message.includes(`'${each.spec.name}'`));
      if (named) {
        named.complain(error.message);
        named.focus();
      } else this.complain(error.message);
    } finally {
      this.sending = false;
    }
  }
}
