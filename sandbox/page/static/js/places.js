// The channels, threads and direct messages at the left; on a phone a sheet.
import { h, icon } from "./dom.js";
import { avatar } from "./message.js";
import { routeTo } from "./route.js";
import { closeSheet, openSheet } from "./sheet.js";
import { me, on, store } from "./store.js";

let host;

export function startPlaces(nav) {
  host = nav;
  on("state place unread", draw);
  host.addEventListener("click", (event) => event.target.closest("a") && closeSheet(host));
}

export function togglePlaces() {
  openSheet(host);
}

function draw() {
  if (!me()) return;
  const all = [...store.channels.values()];
  const inServer = all.filter((each) => each.kind !== "direct");
  const direct = all.filter((each) => each.kind === "direct");
  host.replaceChildren(h("h2", {}, "Sandbox"), h("ul", {}, inServer.map(item)), h("h2", {}, "Direct messages"), h("ul", {}, direct.map(item)), you());
}

function item(channel) {
  const here = channel.id === store.channel;
  const unread = store.unread.has(channel.id);
  const name = { text: "hash", thread: "thread", direct: "direct" }[channel.kind];
  return h(
    "li",
    { class: channel.kind },
    h("a", { href: routeTo(channel, me().username), class: unread ? "unread" : null, "aria-current": here ? "page" : null }, icon(name), h("span", {}, channel.name), unread ? h("span", { class: "sr-only" }, " (new)") : null),
  );
}

function you() {
  return h("div", { class: "you" }, avatar(me()), h("div", {}, h("strong", {}, me().name), h("div", { class: "small" }, me().role)));
}
