// Says aloud, for screen readers, how a picture ended. Everything else on a card can be read when one likes.
import { headline } from "./components.js";
import { h } from "./dom.js";
import { on, store } from "./store.js";

const KEPT_MS = 10_000;
const ENDS = new Set(["Done", "Not painted", "Cancelled", "Unknown"]);

/** Each text is a node of its own for a while: two at once are then both read. */
export function announce(text) {
  const said = h("div", {}, text);
  document.getElementById("announcer").append(said);
  setTimeout(() => said.remove(), KEPT_MS);
}

export function startAnnouncing() {
  on("message", ({ message, before }) => {
    if (message.channel !== store.channel) return;
    const now = headline(message);
    const was = before ? headline(before) : { state: "" };
    if (ENDS.has(now.state) && was.state !== now.state) announce(`${now.state}: ${now.prompt || "a picture"}.`);
    else if (message.private && !before && message.author.bot) announce(`Easel, only to you: ${now.text}`);
  });
}
