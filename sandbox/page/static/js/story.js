// One's own trouble's story above the message box, where the drawer is not to be seen.
import { h } from "./dom.js";
import { storyNode } from "./faults.js";
import { on, store } from "./store.js";

export function startStory(composer) {
  const host = h("div", { class: "floating-story narrow-only" });
  composer.before(host);
  on("state place incident", () => host.replaceChildren(...[store.incident?.by === store.me ? storyNode() : null].filter(Boolean)));
}
