// The drawer at the right: how the bot is, what it sent, and what can be made to go wrong.
import { h, iconButton } from "./dom.js";
import { drawFaults } from "./faults.js";
import { startLog } from "./log.js";
import { closeSheet, openSheet } from "./sheet.js";
import { on, store } from "./store.js";

const NAMES = { log: "What the bot sent", faults: "Faults" };
const isColumn = matchMedia("(min-width: 1100px)");

let host;
let tabs;
let panels;
let status;

export function startDrawer(aside) {
  host = aside;
  tabs = Object.fromEntries(Object.entries(NAMES).map(([name, label]) => [name, h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, on: { click: () => select(name), keydown: arrow } }, label)]));
  panels = Object.fromEntries(Object.keys(NAMES).map((name) => [name, h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, class: "panel", tabindex: "0" }, h("h2", { class: "panel-title" }, NAMES[name]))]));
  status = h("dl", { class: "status" });
  host.append(h("div", { class: "drawer-head" }, h("div", { role: "tablist", class: "tabs" }, Object.values(tabs)), iconButton("close", "Close", { class: "icon-button narrow-only", on: { click: () => closeSheet(host) } })), status, ...Object.values(panels));
  startLog(panels.log);
  drawFaults(panels.faults);
  select("log");
  on("state bot online", drawStatus);
}

function arrow(event) {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = tabs.log.getAttribute("aria-selected") === "true" ? "faults" : "log";
  select(other);
  tabs[other].focus();
}

function select(name) {
  for (const each of Object.keys(NAMES)) {
    tabs[each].setAttribute("aria-selected", String(each === name));
    tabs[each].tabIndex = each === name ? 0 : -1;
    panels[each].hidden = each !== name;
  }
}

/** Show a panel; `quietly` leaves the focus where it is and opens no sheet. */
export function showDrawer(name, { quietly = false } = {}) {
  select(name);
  if (quietly) return;
  if (isColumn.matches) tabs[name].focus();
  else openSheet(host);
}

export function toggleDrawer(name) {
  if (host.classList.contains("open")) closeSheet(host);
  else showDrawer(name);
}

function drawStatus() {
  const { bot } = store;
  if (!bot) return;
  const words = { running: "running", starting: "starting", stopped: bot.exit_code === -9 ? "killed" : `stopped, exit code ${bot.exit_code}` };
  const facts = store.online
    ? [
        ["Bot", words[bot.state], bot.state],
        ["Discord", bot.gateway ? "connected" : "not connected", bot.gateway ? "running" : "stopped"],
        ["Oxen", bot.streams ? "listening" : "not listening", bot.streams ? "running" : "stopped"],
        ["Painted", `${bot.painted} for $${bot.charged_usd.toFixed(2)}`, null],
      ]
    : [["Sandbox", "does not answer, so nothing is known", "stopped"]];
  status.replaceChildren(...facts.map(([name, value, state]) => h("div", { class: state ? `fact ${state}` : "fact" }, h("dt", {}, name), h("dd", {}, value))));
}
