// A place for one file: click for the picker, drop, or paste while it has the focus. Shows what it holds.
import { size } from "./components.js";
import { h, iconButton, icon } from "./dom.js";

export class Zone {
  /** `changed` is called when a file comes or goes. */
  constructor(label, { title, changed }) {
    this.label = label;
    this.file = null;
    this.changed = changed;
    this.input = h("input", { type: "file", class: "sr-only", tabindex: "-1", "aria-label": label, accept: "image/*", on: { change: () => this.take(this.input.files[0]) } });
    this.node = h("div", { class: "zone", "data-zone": label });
    this.title = title;
    this.node.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.files[0];
      if (!pasted) return;
      event.preventDefault();
      event.stopPropagation();
      this.take(pasted);
    });
    this.#draw();
  }

  take(file) {
    if (!file) return;
    this.#forget();
    this.file = file;
    this.#draw();
    this.changed();
  }

  empty() {
    this.#forget();
    this.file = null;
    this.input.value = "";
    this.#draw();
    this.changed();
  }

  focus() {
    this.node.querySelector("button").focus();
  }

  #forget() {
    if (this.preview) URL.revokeObjectURL(this.preview);
    this.preview = null;
  }

  #draw() {
    if (!this.file) {
      const open = h("button", { type: "button", class: "zone-button", title: this.title, "aria-label": `${this.label}: choose a file, or drop or paste one here`, on: { click: () => this.input.click() } }, icon("plus"), h("span", {}, this.label));
      this.node.replaceChildren(open, this.input);
      return;
    }
    this.preview = this.file.type.startsWith("image/") ? URL.createObjectURL(this.file) : null;
    const face = this.preview ? h("img", { src: this.preview, alt: "" }) : icon("file");
    const remove = iconButton("close", `Remove ${this.file.name} from ${this.label}`, {
      on: {
        click: () => {
          this.empty();
          this.focus();
        },
      },
    });
    this.node.replaceChildren(h("div", { class: "zone-file" }, face, h("span", { class: "zone-name", title: this.file.name }, `${this.label}: ${this.file.name}`), h("span", { class: "small" }, size(this.file.size))), remove, this.input);
  }
}

/** Let files be dropped on `host`: `take(files, target)` gets them with the node that they fell on. */
export function takeDrops(host, take) {
  let depth = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const set = (on) => host.classList.toggle("dropping", on);
  host.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    set(true);
  });
  host.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  host.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) set(false);
  });
  host.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    set(false);
    take([...event.dataTransfer.files], event.target);
  });
}
