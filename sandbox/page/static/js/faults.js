// What can be made to go wrong: a button and a sentence each; above them the story of the latest one.
import { post } from "./api.js";
import { suggest } from "./composer.js";
import { h, icon } from "./dom.js";
import { closeSheet } from "./sheet.js";
import { me, on, store, tell } from "./store.js";
import { toast } from "./toast.js";

let list;
let words;

export function drawFaults(panel) {
  const story = h("div", { class: "story-host" });
  list = h("ul", { class: "faults" });
  words = h("dl", { class: "words" });
  panel.append(
    story,
    h("p", { class: "small" }, "Each button asks for a picture in your name and makes one thing go wrong with it. What should happen stands beside it; watch whether it does."),
    list,
    h("details", { class: "more-words" }, h("summary", {}, "The same from inside a prompt"), h("p", { class: "small" }, "These words in a prompt set off a fault at Oxen."), words),
  );
  on("state", draw);
  on("state incident bot", () => story.replaceChildren(...[botDown(), storyNode()].filter(Boolean)));
}

function draw() {
  list.replaceChildren(...store.troubles.map((each) => h("li", {}, h("button", { type: "button", class: `button ${each.name === "plug" ? "danger" : "secondary"}`, on: { click: () => begin(each.name) } }, each.label), h("p", { class: "small" }, each.promise))));
  words.replaceChildren(...store.words.map((each) => h("div", {}, h("dt", {}, h("button", { type: "button", class: "link-button", on: { click: () => use(each.word) } }, each.word)), h("dd", { class: "small" }, each.meaning))));
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
  suggest("imagine", `a teapot on a table ${word}`);
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

/** The latest story: what was promised, what happened step by step, and the verdict. */
export function storyNode() {
  const told = store.incident;
  if (!told) return null;
  const verdict = told.kept === null ? null : told.kept ? "good" : "bad";
  return h(
    "section",
    { class: `story ${verdict ?? "open"}`, "aria-label": told.label },
    h("strong", {}, told.label),
    h("p", { class: "small" }, told.promise),
    h("ol", {}, told.steps.map((step, place) => h("li", { class: place === told.steps.length - 1 && told.over ? verdict : null }, place === told.steps.length - 1 && told.over ? icon(told.kept ? "check" : "cross") : null, step))),
    told.over ? h("button", { type: "button", class: "link-button", on: { click: clear } }, "Dismiss") : h("div", { class: "small waiting" }, "waiting", h("span", { class: "dots" })),
  );
}
