// What can be made to go wrong: a button and a sentence each; above them the story of the latest one.
import { post } from "./api.js";
import { suggest } from "./composer.js";
import { h, icon } from "./dom.js";
import { closeSheet } from "./sheet.js";
import { me, nameOf, on, store, tell } from "./store.js";
import { toast } from "./toast.js";

const isColumn = matchMedia("(min-width: 1100px)");
let list;
let words;
let story;
let seen = null;

export function drawFaults(panel) {
  story = h("div", { class: "story-host" });
  list = h("ul", { class: "faults" });
  words = h("dl", { class: "words" });
  panel.append(
    story,
    h("p", { class: "small" }, "Each button makes one thing go wrong with a picture. Where none is being painted that it could strike, it asks for one in your name: for some cents of the sandbox's money, and one of your pictures of the day."),
    list,
    h("details", { class: "more-words" }, h("summary", {}, "The same from inside a prompt"), h("p", { class: "small" }, "These words in a prompt set off a fault at Oxen."), words),
  );
  on("state", draw);
  on("state place incident bot", drawStory);
}

function draw() {
  const places = new Map();
  for (const each of store.troubles) places.set(each.where, [...(places.get(each.where) ?? []), each]);
  // The plug stands in the strip on top, whatever the drawer shows.
  places.delete("plug");
  list.replaceChildren(...[...places].flatMap(([where, troubles]) => [h("li", {}, h("h3", {}, where)), ...troubles.map(entry)]));
  words.replaceChildren(...store.words.map((each) => h("div", {}, h("dt", {}, h("button", { type: "button", class: "link-button", on: { click: () => use(each.word) } }, each.word)), h("dd", { class: "small" }, each.meaning))));
}

function entry({ name, label, promise }) {
  return h("li", { "data-trouble": name }, h("button", { type: "button", class: "button secondary", on: { click: () => begin(name) } }, label), h("p", { class: "small" }, promise), h("div", { class: "story-place" }));
}

/** A story stands below the button that began it; the plug's, and another person's, on top. */
function drawStory() {
  const told = store.incident;
  const below = told?.by === store.me ? list.querySelector(`[data-trouble="${told.name}"] .story-place`) : null;
  for (const each of list.querySelectorAll(".story-place")) if (each !== below) each.replaceChildren();
  const node = storyNode({ below: Boolean(below) });
  story.replaceChildren(...[botDown(), below ? null : node].filter(Boolean));
  below?.replaceChildren(node);
  const now = told && `${told.name}/${told.steps.length}`;
  if (told?.by === store.me && now !== seen && isColumn.matches) node.scrollIntoView({ block: "nearest" });
  seen = now;
}

const drawer = () => document.getElementById("drawer");

async function begin(name) {
  closeSheet(drawer());
  tell("sent");
  try {
    await post(`faults/${name}`, { as: me().username, channel: store.channel });
  } catch (error) {
    toast(error.message);
  }
}

function use(word) {
  closeSheet(drawer());
  suggest("imagine", { prompt: `a teapot on a table ${word}` });
}

async function clear() {
  try {
    await post("faults/clear", {});
  } catch (error) {
    toast(error.message);
  }
}

function botDown() {
  if (store.bot?.state !== "stopped" || (store.incident && !store.incident.over)) return null;
  return h("div", { class: "story bad" }, h("strong", {}, "The bot does not run."), h("button", { type: "button", class: "button primary", on: { click: clear } }, "Start it"));
}

/** The latest story: the promise, the steps and the verdict, `below` its button. */
export function storyNode({ below = false } = {}) {
  const told = store.incident;
  if (!told) return null;
  const verdict = told.kept === null ? null : told.kept ? "good" : "bad";
  const by = told.by === store.me ? "" : `${nameOf(told.by)}: `;
  const isVerdict = (place) => place === told.steps.length - 1 && told.over;
  return h(
    "section",
    { class: `story ${verdict ?? "open"}`, "aria-label": told.label },
    below ? null : h("strong", {}, by + told.label),
    below ? null : h("p", { class: "small" }, told.promise),
    h("ol", {}, told.steps.map((step, place) => h("li", { class: isVerdict(place) ? verdict : null }, isVerdict(place) ? icon(told.kept ? "check" : "cross") : null, step))),
    told.over ? h("button", { type: "button", class: "link-button", on: { click: clear } }, "Dismiss") : h("div", { class: "small waiting" }, "waiting", h("span", { class: "dots" })),
  );
}
