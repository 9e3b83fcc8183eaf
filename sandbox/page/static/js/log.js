// Every request of the bot, newest first, with its JSON to unfold.
import { h, morph } from "./dom.js";
import { clock } from "./moments.js";
import { on, store } from "./store.js";

const SHOWN = 120;
let list;

export function startLog(panel) {
  list = h("ol", { class: "calls" });
  panel.append(h("p", { class: "small" }, "Each request of the bot to Discord and Oxen, newest first. Tokens, keys and signatures are left out."), list);
  // What is unfolded is drawn when it opens: two hundred bodies would slow every change down.
  list.addEventListener("toggle", unfolded, true);
  on("state traffic", draw);
}

function draw() {
  const calls = [...store.traffic.values()].sort((a, b) => b.number - a.number).slice(0, SHOWN);
  const openNow = new Set([...list.querySelectorAll("details[open]")].map((each) => each.parentElement.dataset.key));
  morph(list, h("ol", { class: "calls" }, calls.map((call) => entry(call, openNow.has(String(call.number))))));
}

function entry(call, open) {
  const summary = h("summary", {}, h("span", { class: `service ${call.service.toLowerCase()}` }, call.service), h("span", { class: "call" }, h("b", {}, call.method), " ", h("span", { class: "path", title: call.path }, shortened(call.path))), badge(call), h("span", { class: "small ms" }, call.ms === null ? "" : `${Math.round(call.ms)} ms`));
  return h("li", { "data-key": call.number }, h("details", { open }, summary, open ? body(call) : null));
}

/** Leave of ids only their ends, of a deep path only its ends, and of the query nothing: the whole stands below. */
function shortened(path) {
  return path.replace(/^(\/\w+\/\w+)(\/[^/]+){4,}(\/[^/]+)$/, "$1/\u2026$3").replace(/\?.*$/, "").replace(/\d{11,}(\d{4})/g, "\u2026$1").replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, "$1\u2026");
}

function badge(call) {
  if (call.status === null) return h("span", { class: "badge" }, call.path.includes("/events") ? "open" : "waits");
  return h("span", { class: call.status < 400 ? "badge good" : "badge bad" }, String(call.status));
}

function unfolded(event) {
  const details = event.target;
  const call = store.traffic.get(Number(details.parentElement.dataset.key));
  if (details.open && call && details.children.length === 1) details.append(body(call));
}

function body(call) {
  const parts = [["path", call.path], ["at", clock(call.at)], ["sent", call.body], ["files", call.files.length ? call.files : null], ["answered", call.error]].filter(([, value]) => value !== null && value !== undefined);
  return h("div", { class: "call-body" }, parts.map(([name, value]) => h("div", {}, h("div", { class: "small" }, name), h("pre", { tabindex: "0" }, typeof value === "string" ? value : JSON.stringify(value, null, 1)))));
}
