// The latest trouble's story above the message box, where the drawer is not to be seen.
import { h } from "./dom.js";
import { storyNode } from "./faults.js";
import { on } from "./store.js";

export function startStory(composer) {
  const host = h("div", { class: "floating-story narrow-only" });
  composer.before(host);
  on("state incident", () => host.replaceChildren(...[storyNode()].filter(Boolean)));
}
