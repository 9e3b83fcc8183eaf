// A command being filled in: required options first, a place for each picture, chips for whatever else there is.
import { postFiles } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { fieldFor } from "./fields.js";
import { me, store } from "./store.js";
import { Zone } from "./zone.js";

const ATTACHMENT = 11;

export class CommandForm {
  /** `done` is called with "sent", "closed", or "aside" when it may come back as it is. */
  constructor(command, { done }) {
    this.command = command;
    this.done = done;
    this.fields = [];
    const options = command.options ?? [];
    this.zones = options.filter((each) => each.type === ATTACHMENT).map((spec) => ({ spec, zone: new Zone(spec.name, { title: spec.description, changed: () => this.complain("") }) }));
    this.fieldHost = h("div", { class: "fields" });
    this.chipHost = h("div", { class: "chips", "aria-label": "More options", role: "group" });
    this.error = h("div", { class: "field-error", role: "alert" });
    this.button = h("button", { type: "submit", class: "button primary" }, h("span", { class: "label" }, "Send"));
    this.node = h(
      "form",
      { class: "command-form", "aria-label": `The command ${command.name}`, novalidate: true },
      h("header", { class: "command-head" }, h("strong", {}, `/${command.name}`), h("span", { class: "small" }, command.description), iconButton("close", "Close the command", { on: { click: () => done("closed") } })),
      this.fieldHost,
      this.zones.length ? h("div", { class: "zones" }, this.zones.map(({ zone }) => zone.node)) : null,
      this.chipHost,
      this.error,
      h("footer", { class: "command-foot" }, h("span", { class: "small" }, h("kbd", {}, "Enter"), " sends, ", h("kbd", {}, "Esc"), " closes"), this.button),
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.node.addEventListener("keydown", (event) => this.#key(event));
    for (const spec of this.#specs()) if (spec.required) this.add(spec);
    this.#drawChips();
  }

  #specs() {
    return (this.command.options ?? []).filter((each) => each.type !== ATTACHMENT);
  }

  add(spec) {
    const field = fieldFor(spec, this);
    this.fields.push(field);
    this.fieldHost.append(field.node);
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
      this.done("aside");
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && field && event.target.tagName !== "SELECT") {
      event.preventDefault();
      this.send();
    } else if (event.key === "Enter" && event.target.tagName === "SELECT") {
      event.preventDefault();
      this.send();
    }
  }

  focus() {
    (this.fields[0] ?? this.zones[0]?.zone ?? this.button).focus();
  }

  /** Fill the first field, as when somebody typed the command out. */
  begin(text) {
    if (text && this.fields[0]) this.fields[0].value = text;
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

  async #post() {
    this.sending = true;
    this.button.setAttribute("aria-busy", "true");
    const sent = { as: me().username, channel: store.channel, name: this.command.name, options: this.valuesBut(null) };
    const files = this.zones.filter(({ zone }) => zone.file).map(({ spec, zone }) => [spec.name, zone.file]);
    try {
      await postFiles("command", sent, files);
      this.done("sent");
    } catch (error) {
      const named = this.fields.find((each) => error.message.includes(`'${each.spec.name}'`));
      if (named) {
        named.complain(error.message);
        named.focus();
      } else this.complain(error.message);
    } finally {
      this.sending = false;
      this.button.removeAttribute("aria-busy");
    }
  }
}
