// Says aloud, for screen readers, how a picture ended; the rest can be read when one likes.
import { headline, picturesOf, underWay } from "./components.js";
import { h } from "./dom.js";
import { nameOf, on, store } from "./store.js";

const KEPT_MS = 10_000;

/** Each text is a node of its own for a while: two at once are then both read. */
export function announce(text) {
  const said = h("div", {}, text);
  document.getElementById("announcer").append(said);
  setTimeout(() => said.remove(), KEPT_MS);
}

export function startAnnouncing() {
  on("message", ({ message, before }) => {
    if (message.channel !== store.channel) return;
    if (before && underWay(before) && !underWay(message)) announce(ending(message, before));
    else if (message.private && !before && message.author.bot) announce(`Easel, only to you: ${plain(headline(message).text)}`);
  });
}

/** By what the card holds, not by its words: those change with what can be said. */
function ending(message, before) {
  const asked = headline(before).prompt || "a picture";
  const count = picturesOf(message).length;
  if (count) return `${count === 1 ? "The picture is" : `${count} pictures are`} ready: ${asked}.`;
  return `No picture: ${asked}. ${plain(headline(message).text)}`;
}

const plain = (text) => text.replace(/^-# |[*_`>]|\\(?=\W)/gm, "").replace(/<@!?(\d+)>/g, (_, id) => nameOf(id) ?? "");
