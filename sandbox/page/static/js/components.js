// A message's components as nodes: containers, sections, texts, galleries, files, buttons, menus.
import { h, icon } from "./dom.js";
import { markdown } from "./markdown.js";
import { nameOf, store } from "./store.js";

const TYPE = { ROW: 1, BUTTON: 2, MENU: 3, USERS: 5, ROLES: 6, MENTIONABLES: 7, CHANNELS: 8, SECTION: 9, TEXT: 10, THUMBNAIL: 11, GALLERY: 12, FILE: 13, SEPARATOR: 14, CONTAINER: 17 };
const MOST_PX = 550;
/** A card says its state by the colour of its bar; a finished one has no word for it. */
const STATES = new Map([[0x80848e, "Queued"], [0xf0b232, "Painting"], [0x23a55a, "Done"], [0xf23f43, "Failed"], [0x4e5058, "Cancelled"], [0x5865f2, "Unclear"]]);
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/** What a person uncovered stays so while the page is open, whatever happens to the message. */
const uncovered = new Set();
export const uncover = (key) => uncovered.add(key);

/** Draw components. `pending` tells which custom ids of this message wait for an answer. */
export function components(list, message, pending) {
  const seen = new Map();
  return list.map((part) => {
    const node = draw(part, message, pending);
    // The n-th part of a kind is the same one after an edit, so a pressed button keeps the focus.
    seen.set(part.type, (seen.get(part.type) ?? 0) + 1);
    node.dataset.key ??= `${part.type}-${seen.get(part.type)}`;
    return node;
  });
}

function draw(part, message, pending) {
  const inside = () => components(part.components ?? [], message, pending);
  switch (part.type) {
    case TYPE.CONTAINER:
      return container(part, underWay(message) ? expecting(part.components ?? [], inside(), message) : inside());
    case TYPE.TEXT:
      return h("div", { class: "text" }, markdown(part.content, nameOf));
    case TYPE.SECTION:
      return h("div", { class: "section" }, h("div", { class: "section-text" }, inside()), draw(part.accessory, message, pending));
    case TYPE.THUMBNAIL:
      return h("div", { class: "thumbnail" }, picture(part, message, 0));
    case TYPE.GALLERY:
      return gallery(part, message);
    case TYPE.FILE:
      return file({ name: part.name, size: part.size, url: part.file.url });
    case TYPE.SEPARATOR:
      return part.divider ? h("hr", { class: part.spacing === 2 ? "wide" : null }) : h("div", { class: "gap" });
    case TYPE.ROW:
      return h("div", { class: "row" }, inside());
    case TYPE.BUTTON:
      return button(part, message, pending);
    case TYPE.MENU:
    case TYPE.USERS:
    case TYPE.CHANNELS:
    case TYPE.MENTIONABLES:
      return menu(part, message, pending);
    default:
      return h("div", { class: "small" }, "The sandbox's page cannot show this part.");
  }
}

function container(part, inside) {
  const accent = part.accent_color === null ? null : `#${part.accent_color.toString(16).padStart(6, "0")}`;
  return h("div", { class: "card", style: accent ? { "--accent": accent } : {} }, inside);
}

const isCancel = (part) => part.custom_id?.includes(":cancel:") || (part.components ?? []).some(isCancel);
/** Whether something of a card is still to come: only then can it be cancelled. */
export const underWay = (message) => message.components.some(isCancel);

/** Keep the place of pictures to come, in the shape that the small line names, so that nothing jumps. */
function expecting(parts, nodes, message) {
  const { text } = headline(message);
  const facts = /^-# (.+)$/m.exec(text)?.[1] ?? "";
  const [, wide = 1, high = 1] = /\b(\d{1,2}):(\d{1,2})\b/.exec(facts) ?? [];
  const [, from = 0, to = 0] = /\bseeds (\d+) to (\d+)/.exec(facts) ?? [];
  const count = Math.min(4, Number(to) - Number(from) + 1);
  const there = parts.findIndex((part) => part.type === TYPE.GALLERY);
  const shown = there < 0 ? 0 : parts[there].items.length;
  const ratio = Math.min(Math.max(wide / high, 0.4), 3);
  const places = Array.from({ length: Math.max(0, count - shown) }, () => h("div", { class: "placeholder", "aria-hidden": "true", style: { "--ratio": count === 1 ? `${ratio}` : "1" } }));
  if (there >= 0) {
    nodes[there].className = `gallery gallery-${Math.max(count, shown)}`;
    nodes[there].append(...places);
    return nodes;
  }
  const room = h("div", { class: `gallery gallery-${count}`, "data-key": `${TYPE.GALLERY}-1`, style: { "--ratio": `${ratio}`, "--width": `${Math.min(MOST_PX, MOST_PX * ratio)}px` } }, places);
  const before = parts.findIndex((part) => part.type === TYPE.ROW || (part.type === TYPE.TEXT && part.content.startsWith("-# ")));
  return nodes.toSpliced(before < 0 ? nodes.length : before, 0, room);
}

/** One picture, as a button that opens it, or as a cover that first shows it. */
function picture(item, message, place) {
  const { media } = item;
  if (!media.url?.startsWith("/files/")) return h("div", { class: "no-picture" }, "A picture from elsewhere: it is not loaded here.");
  const key = `${message.id}/${media.id}/${place}`;
  const covered = item.spoiler && !uncovered.has(key);
  const alt = item.description ?? "";
  const image = h("img", {
    src: media.url,
    alt: covered ? "" : alt,
    width: media.width,
    height: media.height,
    decoding: "async",
    class: covered ? "covered" : null,
  });
  const label = covered ? "Spoiler: show the picture" : `Open the picture${alt ? `: ${alt}` : ""}`;
  return h(
    "button",
    { type: "button", class: "picture", "data-key": media.id, "data-uncover": covered ? key : null, "data-open": covered ? null : place, "aria-label": label },
    image,
    covered ? h("span", { class: "cover" }, "SPOILER") : null,
  );
}

function gallery(part, message) {
  const count = Math.min(part.items.length, 10);
  const only = count === 1 ? part.items[0].media : null;
  // A single picture is shown whole, in a square of 550 px at most.
  const style = only?.width ? { "--ratio": `${only.width} / ${only.height}`, "--width": `${Math.min(only.width, (MOST_PX * only.width) / only.height)}px` } : {};
  return h("div", { class: `gallery gallery-${count}`, style }, part.items.map((item, place) => picture(item, message, place)));
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function file({ name, size: bytes, url }) {
  const link = h("a", { href: url, download: name, class: "file-name" }, name);
  return h("div", { class: "file" }, icon("file"), h("div", {}, link, h("div", { class: "small" }, size(bytes))));
}

function button(part, message, pending) {
  const waits = pending.has(part.custom_id);
  const label = [part.emoji?.name, part.label].filter(Boolean).join(" ");
  return h(
    "button",
    {
      type: "button",
      class: `button ${STYLES[part.style] ?? "secondary"}`,
      "data-press": part.style === 5 ? null : part.custom_id,
      "data-key": part.custom_id ?? part.url,
      "aria-busy": waits ? "true" : null,
      "aria-disabled": waits || part.disabled || part.style === 5 ? "true" : null,
      title: part.style === 5 ? `Leads to ${part.url}, which the sandbox does not open` : null,
    },
    h("span", { class: "label" }, label),
    waits ? h("span", { class: "dots", "aria-hidden": "true" }) : null,
  );
}

function menu(part, message, pending) {
  const people = [...store.people.values()].map((each) => ({ label: each.name, value: each.id }));
  const channels = [...store.channels.values()].map((each) => ({ label: `#${each.name}`, value: each.id }));
  const options = part.options ?? (part.type === TYPE.CHANNELS ? channels : people);
  const multiple = part.max_values > 1;
  const first = multiple ? null : h("option", { value: "", selected: !options.some((each) => each.default) }, part.placeholder ?? "Choose");
  return h(
    "select",
    { "data-choose": part.custom_id, "data-key": part.custom_id, "aria-label": part.placeholder ?? "Choose", multiple, disabled: part.disabled || pending.has(part.custom_id) },
    first,
    options.map((each) => h("option", { value: each.value, selected: each.default === true }, each.label)),
  );
}

/** Give the pictures of a message in order, for the viewer. */
export function picturesOf(message) {
  const found = [];
  const walk = (list) => {
    for (const part of list ?? []) {
      if (part.type === TYPE.GALLERY) found.push(...part.items.map((item) => ({ ...item.media, alt: item.description ?? "" })));
      walk(part.components);
    }
  };
  walk(message.components);
  if (found.length === 0) found.push(...message.files.filter(isPicture).map((each) => ({ ...each, alt: each.description ?? "" })));
  return found;
}

export const isPicture = (each) => each.content_type?.startsWith("image/") && each.width > 0;

/** Give the words at the head of a card: its state, and the prompt below it. */
export function headline(message) {
  const texts = [];
  const walk = (list) => {
    for (const part of list ?? []) {
      if (part.type === TYPE.TEXT) texts.push(part.content);
      walk(part.components);
    }
  };
  walk(message.components);
  const text = texts.join("\n");
  const colour = message.components?.find((part) => part.type === TYPE.CONTAINER)?.accent_color;
  const title = (mark) => mark.exec(text)?.[1].replace(/\\(.)/g, "$1") ?? "";
  return { state: STATES.get(colour) ?? "", prompt: title(/^> (.+)$/m) || title(/^\*\*(.+?)\*\* · /), text };
}
