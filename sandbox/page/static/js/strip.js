// The strip on top: what this is, who one is, light or dark, the drawer, and the plug.
import { post } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { showDrawer, toggleDrawer } from "./drawer.js";
import { togglePlaces } from "./places.js";
import { here, me, on, store, tell } from "./store.js";
import { routeTo } from "./route.js";
import { toast } from "./toast.js";

const THEMES = ["system", "dark", "light"];
const root = document.documentElement;

let people;
let plug;
let line;

export function startStrip(host) {
  people = h("select", { id: "persona", "aria-label": "Who you are", on: { change: changePerson } });
  plug = h("button", { type: "button", class: "button danger plug", on: { click: pullThePlug } }, icon("plug"), h("span", { class: "label" }, "Pull the plug"));
  line = h("div", { class: "line-lost", role: "alert", hidden: true }, "The sandbox does not answer. Start it again with make demo; this page then goes on by itself.");
  host.append(
    h("div", { class: "strip-words" }, h("img", { src: "/static/easel.svg", alt: "", width: 22, height: 22 }), h("span", {}, h("strong", {}, "Sandbox."), " Nothing leaves this machine. Pictures are drawn by a small program.")),
    h(
      "div",
      { class: "strip-tools" },
      iconButton("menu", "Channels", { class: "icon-button phone-only", on: { click: togglePlaces } }),
      h("label", { class: "persona" }, h("span", { class: "wide-only" }, "You are"), people),
      iconButton("theme", themeLabel(), { id: "theme", on: { click: nextTheme } }),
      h("button", { type: "button", class: "button secondary narrow-only", id: "open-faults", on: { click: () => toggleDrawer("faults") } }, "Faults"),
      iconButton("log", "What the bot sent", { class: "icon-button narrow-only", id: "open-log", on: { click: () => toggleDrawer("log") } }),
      plug,
    ),
    line,
  );
  on("state place", draw);
  on("online", () => {
    line.hidden = store.online;
  });
  on("bot state incident", drawPlug);
}

function draw() {
  people.replaceChildren(...[...store.people.values()].map((each) => h("option", { value: each.username, selected: each.id === store.me }, each.role === "moderator" ? `${each.name}, moderator` : each.name)));
}

function drawPlug() {
  const acting = store.incident?.name === "plug" && !store.incident.over;
  plug.setAttribute("aria-disabled", String(acting || store.bot?.state !== "running"));
}

function changePerson() {
  location.hash = routeTo(here(), people.value);
}

async function pullThePlug() {
  if (plug.getAttribute("aria-disabled") === "true") return;
  tell("sent");
  try {
    await post("faults/plug", { as: me().username, channel: store.channel });
    showDrawer("faults", { quietly: true });
  } catch (error) {
    toast(error.message);
  }
}

const theme = () => root.dataset.theme ?? "system";
const themeLabel = () => `Theme: ${theme()}`;

function nextTheme(event) {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === "system") delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    localStorage.setItem("easel-theme", next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  event.currentTarget.setAttribute("aria-label", themeLabel());
  event.currentTarget.title = themeLabel();
}
