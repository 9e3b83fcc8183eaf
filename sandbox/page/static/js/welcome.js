// The beginning of every place: what it is, and three things to try, so that no channel is ever empty.
import { post } from "./api.js";
import { h } from "./dom.js";
import { commandsHere, me, store, tell } from "./store.js";
import { toast } from "./toast.js";

const TRIES = [
  { prompt: "a cat in front of a house in autumn", label: "A cat in autumn" },
  { prompt: "a balloon over the mountains at dawn --ar 3:2 --seed 7", label: "A balloon over mountains, 3:2" },
  { prompt: "a little boat on a lake at sunrise --n 4", label: "A little boat, four times" },
];

export function welcome(place) {
  if (commandsHere(1).length === 0) return nothingHere(place);
  const heading = place.name === "pictures" ? "Welcome to the Easel sandbox" : `This is the beginning of ${place.name}`;
  return h(
    "section",
    { class: "welcome", "aria-label": "Welcome" },
    h("img", { src: "/static/easel.svg", alt: "", width: 48, height: 48 }),
    h("div", {}, h("h2", {}, heading), h("p", {}, "The real bot, on your machine. Type ", h("kbd", {}, "/"), " for commands, or try:")),
    h("div", { class: "tries" }, TRIES.map((each) => h("button", { type: "button", class: "try", on: { click: () => tryIt(each.prompt) } }, each.label))),
  );
}

function nothingHere(place) {
  return h(
    "section",
    { class: "welcome", "aria-label": "Welcome" },
    h("img", { src: "/static/easel.svg", alt: "", width: 48, height: 48 }),
    h("div", {}, h("h2", {}, `This is the beginning of ${place.name}`), h("p", {}, "Easel offers no commands here: it works in servers, so far. Choose a channel to ask it for a picture.")),
  );
}

async function tryIt(prompt) {
  tell("sent");
  try {
    await post("command", { as: me().username, channel: store.channel, name: "imagine", options: { prompt } });
  } catch (error) {
    toast(error.message);
  }
}
