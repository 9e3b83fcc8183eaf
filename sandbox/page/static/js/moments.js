// Moments that tick: "2 seconds ago" counts on by itself, as nothing else on a waiting card changes.
import { h } from "./dom.js";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [2_592_000, 86_400, "day"],
  [31_536_000, 2_592_000, "month"],
  [Infinity, 31_536_000, "year"],
];
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

export function ago(seconds, now = Date.now()) {
  const distance = seconds - now / 1000;
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(distance) < limit);
  return relative.format(Math.trunc(distance / size), unit);
}

export function moment(seconds, style) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return document.createTextNode("Invalid date");
  const full = date.toLocaleString("en", STYLES.F);
  const text = style === "R" ? ago(seconds) : date.toLocaleString("en", STYLES[style]);
  return h("time", { class: "moment", datetime: date.toISOString(), title: full, "data-ago": style === "R" ? seconds : null }, text);
}

export function clock(iso) {
  return new Date(iso).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function seconds(iso) {
  return new Date(iso).toLocaleTimeString("en", { hour12: false });
}

export function startTicking() {
  setInterval(() => {
    for (const element of document.querySelectorAll("[data-ago]")) {
      const text = ago(Number(element.dataset.ago));
      if (element.textContent !== text) element.textContent = text;
    }
  }, 1000);
}
