// Where and who one is, in the address (#/pictures/robin): it survives a reload and a new sandbox.
import { here, me, store } from "./store.js";

export function readRoute() {
  const [place = "", person = ""] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { place, person };
}

const slug = (channel) => (channel.kind === "direct" ? "@easel" : channel.name);

export function channelFor(place) {
  const all = [...store.channels.values()];
  return all.find((each) => slug(each) === place) ?? all[0];
}

export function routeTo(channel, username) {
  return `#/${encodeURIComponent(slug(channel)).replace("%40", "@")}/${encodeURIComponent(username)}`;
}

export function writeRoute() {
  if (!here() || !me()) return;
  const wanted = routeTo(here(), me().username);
  if (location.hash !== wanted) history.replaceState(null, "", wanted);
}
