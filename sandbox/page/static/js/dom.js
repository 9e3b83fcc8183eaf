// Builds and patches nodes. Text becomes text nodes alone, so nothing typed can become markup.

const BY_PROPERTY = new Set(["value", "checked", "selected", "disabled", "open"]);

/** Build an element. `on`: listeners; `style`: custom properties; null, false and undefined are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (BY_PROPERTY.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  send: "M5 12h13M12 5l7 7-7 7",
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M4 15h16",
  thread: "M5 5h14v10h-8l-4 4v-4H5z",
  direct: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-5 4-7 8-7s7 2 8 7",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  log: "M5 6h14M5 12h14M5 18h9",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  file: "M6 3h8l4 4v14H6zM14 3v5h4",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  check: "M5 13l4 4L19 7",
  cross: "M7 7l10 10M17 7 7 17",
};

/** Draw one of the page's own icons; it says nothing to screen readers, its button does. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, attributes = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...attributes }, icon(name));
}

/**
 * Make `now` look like `wanted` without taking it out of the page: focus, scroll and loaded pictures stay.
 * Children are matched by `data-key` where they have one, else by place. Listeners do not move: use delegation.
 */
export function morph(now, wanted) {
  if (now.nodeType !== wanted.nodeType || now.nodeName !== wanted.nodeName) {
    now.replaceWith(wanted);
    return wanted;
  }
  if (now.nodeType === Node.TEXT_NODE) {
    if (now.data !== wanted.data) now.data = wanted.data;
    return now;
  }
  syncAttributes(now, wanted);
  syncChildren(now, wanted);
  return now;
}

function syncAttributes(now, wanted) {
  for (const { name } of [...now.attributes]) if (!wanted.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (now.getAttribute(name) === value) continue;
    // The page's policy forbids style attributes, but not what a script sets as properties.
    if (name === "style") now.style.cssText = wanted.style.cssText;
    else now.setAttribute(name, value);
  }
}

function syncChildren(now, wanted) {
  const keyed = new Map([...now.childNodes].filter((node) => node.dataset?.key).map((node) => [node.dataset.key, node]));
  let place = now.firstChild;
  for (const child of [...wanted.childNodes]) {
    const key = child.dataset?.key;
    const match = key ? keyed.get(key) : place?.dataset?.key ? null : place;
    if (!match) {
      now.insertBefore(child, place);
      continue;
    }
    const next = match === place ? place.nextSibling : place;
    if (match !== place) now.insertBefore(match, place);
    morph(match, child);
    place = next;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}
