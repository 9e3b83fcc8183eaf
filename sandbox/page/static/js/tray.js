// Files that wait to go with an ordinary message, with the offer to use them in a command instead.
import { size } from "./components.js";
import { h, icon, iconButton } from "./dom.js";
import { commandsHere } from "./store.js";

const MOST_FILES = 10;
const ATTACHMENT = 11;

export const isPictureFile = (file) => file.type.startsWith("image/");

export class Tray {
  constructor({ offer, changed }) {
    this.offer = offer;
    this.changed = changed;
    this.files = [];
    this.previews = [];
    this.node = h("div", { class: "tray", hidden: true });
  }

  add(files) {
    this.files = [...this.files, ...files].slice(0, MOST_FILES);
    this.#draw();
    this.changed();
  }

  clear() {
    this.files = [];
    this.#draw();
  }

  #draw() {
    for (const url of this.previews) URL.revokeObjectURL(url);
    this.previews = this.files.map((file) => (isPictureFile(file) ? URL.createObjectURL(file) : null));
    this.node.hidden = this.files.length === 0;
    const takers = this.files.some(isPictureFile) ? commandsHere(1).filter((each) => each.options?.some((option) => option.type === ATTACHMENT)) : [];
    this.node.replaceChildren(
      h(
        "div",
        { class: "zones" },
        this.files.map((file, place) =>
          h(
            "div",
            { class: "zone" },
            h("div", { class: "zone-file" }, this.previews[place] ? h("img", { src: this.previews[place], alt: "" }) : icon("file"), h("span", { class: "zone-name", title: file.name }, file.name), h("span", { class: "small" }, size(file.size))),
            iconButton("close", `Remove ${file.name}`, { on: { click: () => this.#remove(place) } }),
          ),
        ),
      ),
      ...takers.map((command) => h("button", { type: "button", class: "chip", on: { click: () => this.offer(command) } }, `Use in /${command.name}`)),
    );
  }

  #remove(place) {
    this.files = this.files.filter((_, at) => at !== place);
    this.#draw();
  }
}
