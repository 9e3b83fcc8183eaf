// The choices of a text field: arrows move, Enter and Tab take, Esc closes; the focus stays in the field.
import { h } from "./dom.js";

const ROOM_PX = 200;
const LEAST_PX = 300;
let lists = 0;

export class Listbox {
  /** `take` is called with the value of the choice taken. */
  constructor(field, { label, take }) {
    lists += 1;
    this.field = field;
    this.take = take;
    this.node = h("div", { class: "listbox", role: "listbox", id: `list${lists}`, "aria-label": label, hidden: true });
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
    this.node.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#choose([...this.node.children].indexOf(option));
    });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": this.node.id, "aria-expanded": "false", "aria-autocomplete": "list", autocomplete: "off" })) field.setAttribute(name, value);
  }

  get open() {
    return !this.node.hidden;
  }

  /** Show choices ({ value, nodes }); `active` is the one that Enter would take, -1 for none. */
  show(choices, active = 0) {
    this.choices = choices;
    this.node.replaceChildren(...choices.map(({ nodes }, place) => h("div", { role: "option", id: `${this.node.id}-${place}`, "aria-selected": "false", class: "option" }, nodes)));
    this.node.hidden = choices.length === 0;
    this.#opened();
    this.#activate(active);
  }

  #opened() {
    this.field.setAttribute("aria-expanded", String(this.open));
    if (this.open) this.#place();
  }

  /** Stand above the form where there is room, so that nothing of it is covered, else just above the field. */
  #place() {
    const field = this.field.getBoundingClientRect();
    const form = (this.field.closest("form,.composer") ?? this.field).getBoundingClientRect();
    const top = form.top > ROOM_PX ? form.top : field.top;
    const width = Math.min(Math.max(field.width, LEAST_PX), innerWidth - 16);
    const left = Math.max(8, Math.min(field.left, innerWidth - width - 8));
    for (const [name, value] of Object.entries({ left, width, bottom: innerHeight - top + 6, "max-height": Math.min(320, top - 14) })) this.node.style.setProperty(name, `${value}px`);
  }

  /** Show a sentence where the choices would be. */
  say(text) {
    this.show([]);
    this.node.replaceChildren(h("div", { class: "option none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, text));
    this.node.hidden = false;
    this.#opened();
  }

  hide() {
    this.show([]);
  }

  /** Handle a key of the field; returns whether it is spent. */
  key(event) {
    if (!this.open) return false;
    const count = this.choices.length;
    if (event.key === "Escape") this.hide();
    else if (count === 0) return false;
    else if (event.key === "ArrowDown") this.#activate((this.active + 1) % count);
    else if (event.key === "ArrowUp") this.#activate((this.active + count - 1) % count);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && this.active >= 0) this.#choose(this.active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #choose(place) {
    const choice = this.choices?.[place];
    if (!choice) return;
    this.hide();
    this.take(choice.value);
  }

  #activate(place) {
    this.active = this.choices.length ? place : -1;
    for (const [at, node] of [...this.node.children].entries()) {
      node.setAttribute("aria-selected", String(at === this.active));
      if (at === this.active) node.scrollIntoView({ block: "nearest" });
    }
    if (this.active >= 0) this.field.setAttribute("aria-activedescendant", `${this.node.id}-${this.active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }
}
