// A sentence that something could not be done, shown for a while above the message box and read aloud.
import { announce } from "./announce.js";
import { h, iconButton } from "./dom.js";

const SHOWN_MS = 8000;

export function toast(text) {
  document.querySelector(".toast")?.remove();
  const node = h("div", { class: "toast" }, h("span", {}, text), iconButton("close", "Dismiss", { on: { click: () => node.remove() } }));
  document.body.append(node);
  announce(text);
  setTimeout(() => node.remove(), SHOWN_MS);
}
