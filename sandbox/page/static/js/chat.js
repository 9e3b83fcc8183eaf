// The middle: the place's head, its beginning, its messages, and what one does with them.
import { post } from "./api.js";
import { suggest } from "./composer.js";
import { picturesOf, uncover } from "./components.js";
import { h, icon, morph } from "./dom.js";
import { follows, messageNode, pendingNode } from "./message.js";
import { here, me, messagesHere, on, store } from "./store.js";
import { toast } from "./toast.js";
import { confirmed, openViewer } from "./viewer.js";
import { welcome } from "./welcome.js";

const NEAR_END_PX = 80;
const KINDS = { text: "hash", thread: "thread", direct: "direct" };
const dismissed = new Set();

let list;
let scroller;
let head;
let following = true;
let drawn = null;

export function startChat(main, composerHost) {
  head = h("header", { class: "place-head" });
  list = h("ol", { class: "messages", "aria-label": "Messages" });
  scroller = h("div", { class: "scroller", tabindex: "-1" }, h("div", { class: "beginning" }), list);
  main.append(head, scroller, composerHost);
  list.addEventListener("click", clicked);
  list.addEventListener("change", chosen);
  list.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.dataset.spoiler) show(event.target);
  });
  scroller.addEventListener("scroll", () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
  });
  const keepEnd = new ResizeObserver(() => following && toEnd());
  keepEnd.observe(list);
  keepEnd.observe(scroller);
  on("state place message gone interaction", draw);
  // Whoever sends something wants to see what comes of it.
  on("sent", () => {
    following = true;
    toEnd();
  });
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

function draw() {
  const place = here();
  if (!place) return;
  const fresh = drawn !== `${place.id}/${store.me}`;
  drawn = `${place.id}/${store.me}`;
  if (fresh) {
    drawHead(place);
    scroller.firstChild.replaceChildren(welcome(place));
  }
  const shown = messagesHere().filter((each) => !dismissed.has(each.id));
  const waiting = [...store.interactions.values()].filter((each) => each.channel === place.id && each.type === "command");
  const atEnd = following;
  morph(list, h("ol", { class: "messages", "aria-label": "Messages" }, rows(shown, waiting)));
  // Somebody who has not done anything here yet reads from the beginning.
  if (fresh) following = shown.length > 1;
  if (fresh && !following) scroller.scrollTop = 0;
  else if (atEnd || fresh) toEnd();
}

/** Messages, and what one waits for at its place among them. */
function rows(shown, waiting) {
  const nodes = shown.map((each, at) => [each.id, messageNode(each, follows(shown[at - 1], each))]);
  const pending = waiting.map((each) => [each.id, pendingNode(each)]);
  return [...nodes, ...pending].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1)).map(([, node]) => node);
}

function drawHead(place) {
  const parent = place.parent ? store.channels.get(place.parent) : null;
  const about = { text: "", thread: `a thread in #${parent?.name}`, direct: "a direct message" }[place.kind];
  head.replaceChildren(icon(KINDS[place.kind]), h("h1", { id: "place-name" }, place.name), about ? h("span", { class: "small" }, about) : "");
  document.title = `${place.kind === "text" ? "#" : ""}${place.name} · Easel sandbox`;
}

function show(element) {
  element.classList.add("shown");
  element.removeAttribute("data-spoiler");
}

const messageOf = (element) => store.messages.get(element.closest("li").dataset.key);

async function clicked(event) {
  const target = event.target.closest("[data-press],[data-open],[data-uncover],[data-dismiss],[data-delete],[data-use],[data-forget],[data-resume],[data-jump],[data-spoiler]");
  if (!target || target.getAttribute("aria-disabled") === "true") return;
  const { dataset } = target;
  const message = messageOf(target);
  if (dataset.spoiler) show(target);
  else if (dataset.forget) forget(dataset.forget);
  else if (dataset.resume) resume(dataset.resume);
  else if (dataset.jump) jump(event, dataset.jump);
  else if (dataset.uncover) {
    uncover(dataset.uncover);
    draw();
  } else if ("open" in dataset) openViewer(picturesOf(message).length ? picturesOf(message) : [], thumbnailOrPlace(target, message));
  else if ("dismiss" in dataset) dismiss(message);
  else await act(message, dataset);
}

function thumbnailOrPlace(target, message) {
  const source = target.querySelector("img").getAttribute("src");
  return Math.max(0, picturesOf(message).findIndex((each) => each.url === source));
}

function forget(interactionId) {
  store.interactions.delete(interactionId);
  draw();
}

function resume(interactionId) {
  const { command, typed } = store.interactions.get(interactionId);
  forget(interactionId);
  suggest(command, typed);
}

function jump(event, id) {
  event.preventDefault();
  const target = document.getElementById(`m${id}`);
  target?.scrollIntoView({ block: "center" });
  target?.focus();
}

function dismiss(message) {
  const next = document.getElementById(`m${message.id}`)?.previousElementSibling;
  dismissed.add(message.id);
  draw();
  (next ?? document.querySelector("#composer textarea"))?.focus();
}

async function act(message, dataset) {
  const sent = { as: me().username, message: message.id };
  try {
    if (dataset.press) await post("press", { ...sent, custom_id: dataset.press });
    else if (dataset.use) await post("use", { ...sent, name: dataset.use });
    else if (await confirmed("Delete this message for everybody?", "Delete")) await post("delete", sent);
  } catch (error) {
    toast(error.message);
  }
}

async function chosen(event) {
  const menu = event.target.closest("[data-choose]");
  if (!menu) return;
  const values = [...menu.selectedOptions].map((each) => each.value).filter(Boolean);
  try {
    await post("choose", { as: me().username, message: messageOf(menu).id, custom_id: menu.dataset.choose, values });
  } catch (error) {
    toast(error.message);
  }
}
