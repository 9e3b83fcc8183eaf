// Discord's Markdown, as far as messages here use it, into nodes. What it does not know stays text.
import { h } from "./dom.js";
import { moment } from "./moments.js";

const PAIRS = [
  ["***", (inner) => h("strong", {}, h("em", {}, inner))],
  ["**", (inner) => h("strong", {}, inner)],
  ["__", (inner) => h("u", {}, inner)],
  ["~~", (inner) => h("s", {}, inner)],
  ["||", (inner) => h("span", { class: "spoiler-text", "data-spoiler": "text", tabindex: "0", role: "button", "aria-label": "Spoiler, press to show" }, h("span", {}, inner))],
  ["*", (inner) => h("em", {}, inner)],
  ["_", (inner) => h("em", {}, inner)],
];
const WORD = /[\p{L}\p{N}]/u;
const TAGS = /<(?:@!?(?<user>\d+)|@&(?<role>\d+)|#(?<channel>\d+)|t:(?<time>-?\d{1,13})(?::(?<style>[tTdDfFR]))?)>/y;

// A link with words of its own; brackets around its address keep Discord from showing what it leads to.
const LINK = /\[(?<words>[^[\]\n]+)\]\(<?(?<url>https?:\/\/[^\s<>()]+)>?\)/y;

/** Turn a text into block nodes. `names` gives the name of a user or channel id, or undefined. */
export function markdown(text, names) {
  const nodes = [];
  const fence = /```(?:[a-z0-9+-]*\n)?([\s\S]+?)```/gi;
  let from = 0;
  for (const found of text.matchAll(fence)) {
    nodes.push(...lines(text.slice(from, found.index), names));
    nodes.push(h("pre", { tabindex: "0" }, h("code", {}, found[1].replace(/\n$/, ""))));
    from = found.index + found[0].length;
  }
  nodes.push(...lines(text.slice(from), names));
  return nodes;
}

function lines(text, names) {
  const nodes = [];
  let quote = null;
  for (const line of text.replace(/^\n|\n$/g, "").split("\n")) {
    const quoted = /^> ?(.*)$/.exec(line);
    if (!quoted || line.startsWith(">>")) {
      quote = null;
      nodes.push(block(line, names));
    } else if (quote) {
      quote.append(block(quoted[1], names));
    } else {
      quote = h("blockquote", {}, block(quoted[1], names));
      nodes.push(quote);
    }
  }
  return text === "" ? [] : nodes;
}

function block(line, names) {
  const small = /^-# (.+)$/.exec(line);
  if (small) return h("div", { class: "small" }, inline(small[1], names));
  const heading = /^(#{1,3}) (.+)$/.exec(line);
  // Headings inside a message are no headings of the page.
  if (heading) return h("div", { class: `heading heading-${heading[1].length}` }, inline(heading[2], names));
  const item = /^\s*[-*] (.+)$/.exec(line);
  if (item) return h("div", { class: "item" }, inline(item[1], names));
  return h("div", { class: "line" }, line === "" ? h("br") : inline(line, names));
}

function inline(text, names) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = span(text, at, names);
    if (found) {
      flush();
      nodes.push(...found.nodes);
      at = found.end;
    } else if (text[at] === "\\" && /[^\w\s]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function span(text, at, names) {
  if (text[at] === "`") return code(text, at);
  if (text[at] === "<") return tag(text, at, names);
  if (text[at] === "[") return link(text, at, names);
  for (const [mark, wrap] of PAIRS) {
    if (!text.startsWith(mark, at)) continue;
    if (mark === "_" && WORD.test(text[at - 1] ?? "")) continue;
    const end = closing(text, at + mark.length, mark);
    if (end > at + mark.length) return { nodes: [wrap(inline(text.slice(at + mark.length, end), names))], end: end + mark.length };
  }
  return null;
}

function code(text, at) {
  const ticks = /`+/y;
  ticks.lastIndex = at;
  const mark = ticks.exec(text)[0];
  const end = text.indexOf(mark, at + mark.length);
  return end < 0 ? { nodes: [mark], end: at + mark.length } : { nodes: [h("code", {}, text.slice(at + mark.length, end).trim() || " ")], end: end + mark.length };
}

function tag(text, at, names) {
  TAGS.lastIndex = at;
  const found = TAGS.exec(text);
  if (!found) return null;
  const { user, role, channel, time, style } = found.groups;
  const end = at + found[0].length;
  if (time) return { nodes: [moment(Number(time), style ?? "f")], end };
  const name = user ? `@${names(user) ?? "unknown-user"}` : channel ? `#${names(channel) ?? "unknown"}` : `@${names(role) ?? "role"}`;
  return { nodes: [h("span", { class: "mention" }, name)], end };
}

function link(text, at, names) {
  LINK.lastIndex = at;
  const found = LINK.exec(text);
  if (!found) return null;
  const { words, url } = found.groups;
  return { nodes: [h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, inline(words, names))], end: at + found[0].length };
}

function closing(text, from, mark) {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text.startsWith(mark, at)) {
      const longer = mark === "*" && text[at + 1] === "*" && text[at - 1] !== "*";
      if (longer) at += 1;
      else if (mark !== "_" || !WORD.test(text[at + 1] ?? "")) return at;
    }
  }
  return -1;
}
