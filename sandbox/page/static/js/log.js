// Every request of the bot, newest first, with its JSON to unfold.
import { h, morph } from "./dom.js";
import { seconds } from "./moments.js";
import { on, store } from "./store.js";

const SHOWN = 120;
let list;

export function startLog(panel) {
  list = h("ol", { class: "calls" });
  panel.append(h("p", { class: "small" }, "Each request of the bot, newest first; a click shows all of it. Tokens, keys and signatures are left out."), list);
  // What is unfolded is drawn when it opens: two hundred bodies would slow every change down.
  list.addEventListener("toggle", unfolded, true);
  list.addEventListener("keydown", arrow);
  on("state traffic", draw);
}

function draw() {
  const calls = [...store.traffic.values()].sort((a, b) => b.number - a.number).slice(0, SHOWN);
  const openNow = new Set([...list.querySelectorAll("details[open]")].map((each) => each.parentElement.dataset.key));
  morph(list, h("ol", { class: "calls" }, calls.map((call) => entry(call, openNow.has(String(call.number))))));
  offerOneStop();
}

function entry(call, open) {
  const count = call.times > 1 ? h("span", { class: "badge" }, `${call.times} times`) : badge(call);
  const summary = h("summary", { tabindex: "-1" }, h("span", { class: `service ${call.service.toLowerCase()}` }, call.service), h("span", { class: "call" }, call.words), count, h("time", { class: "small at", datetime: call.at }, seconds(call.at)));
  return h("li", { "data-key": call.number }, h("details", { open }, summary, open ? body(call) : null));
}

/** One stop for Tab, whatever stands here; the arrows go through the rows. */
function offerOneStop() {
  const rows = [...list.querySelectorAll("summary")];
  const chosen = rows.find((each) => each === document.activeElement) ?? rows[0];
  for (const each of rows) each.tabIndex = each === chosen ? 0 : -1;
}

function arrow(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.tagName !== "SUMMARY") return;
  const rows = [...list.querySelectorAll("summary")];
  event.preventDefault();
  rows[rows.indexOf(event.target) + step]?.focus();
  offerOneStop();
}

function badge(call) {
  if (call.status === null) return h("span", { class: "badge" }, call.path.includes("/events") ? "open" : "waits");
  // What went well needs no number: it stands below, when one asks.
  return call.status < 400 ? null : h("span", { class: "badge bad" }, String(call.status));
}

function unfolded(event) {
  const details = event.target;
  const call = store.traffic.get(Number(details.parentElement.dataset.key));
  if (details.open && call && details.children.length === 1) details.append(body(call));
}

function body(call) {
  const answered = call.status === null ? "" : ` \u2192 ${call.status} after ${Math.round(call.ms)} ms`;
  const parts = [["request", `${call.method} ${call.path}${answered}`], ["sent", call.body], ["files", call.files.length ? call.files : null], ["answered", call.error]].filter(([, value]) => value !== null && value !== undefined);
  return h("div", { class: "call-body" }, parts.map(([name, value]) => h("div", {}, h("div", { class: "small" }, name), h("pre", { tabindex: "0" }, typeof value === "string" ? value : JSON.stringify(value, null, 1)))));
}
