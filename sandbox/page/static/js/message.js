// One message as a node: who, when, what; and the row that stands there while an answer is awaited.
import { components, file, headline, isPicture } from "./components.js";
import { h, icon, iconButton } from "./dom.js";
import { markdown } from "./markdown.js";
import { clock } from "./moments.js";
import { commandsHere, nameOf, store } from "./store.js";

const GROUPED_MS = 7 * 60_000;
const COLOURS = ["#a8452e", "#2c6a88", "#6b4fa0", "#3d7345", "#8a5a14"];

export function avatar(person, small = false) {
  const classes = small ? "avatar small-avatar" : "avatar";
  if (person.bot) return h("span", { class: `${classes} bot-avatar`, "aria-hidden": "true" }, h("img", { src: "/static/easel.svg", alt: "" }));
  const place = [...store.people.keys()].indexOf(person.id);
  return h("span", { class: classes, style: { "--colour": COLOURS[Math.max(0, place) % COLOURS.length] }, "aria-hidden": "true" }, person.name.slice(0, 1));
}

/** What of this message waits for an answer to a press, and what got none. */
function presses(message) {
  const mine = [...store.interactions.values()].filter((each) => each.message === message.id && each.type !== "command");
  return {
    pending: new Set(mine.filter((each) => each.progress === "waiting").map((each) => each.custom_id)),
    failed: mine.some((each) => each.progress === "failed"),
  };
}

/** Whether a message goes on where the one above it left off: then who and when is said already. */
export function follows(before, message) {
  if (!before || message.asked || message.reply_to || before.private !== message.private) return false;
  return before.author.id === message.author.id && new Date(message.at) - new Date(before.at) < GROUPED_MS;
}

export function messageNode(message, isFollowing) {
  const { pending, failed } = presses(message);
  return h(
    "li",
    { class: ["message", message.private && "private", isFollowing && "follows"].filter(Boolean).join(" "), "data-key": message.id, id: `m${message.id}`, tabindex: "-1" },
    message.asked ? asked(message) : message.reply_to ? reply(message) : null,
    avatar(message.author),
    h(
      "div",
      { class: "body" },
      h("div", { class: "byline" }, h("strong", { class: "author" }, message.author.name), message.author.bot ? h("span", { class: "tag" }, "APP") : null, h("time", { datetime: message.at, class: "small" }, clock(message.at))),
      message.thinking ? h("div", { class: "text thinking" }, "Easel is thinking", h("span", { class: "dots" })) : null,
      message.content ? h("div", { class: "text" }, markdown(message.content, nameOf)) : null,
      components(message.components, message, pending),
      attached(message),
      failed ? h("div", { class: "trouble-line", role: "alert" }, "Easel did not answer within 3 s. Try again.") : null,
      message.private ? privately() : null,
    ),
    menuOf(message),
  );
}

function asked(message) {
  return h("div", { class: "above" }, h("span", { class: "hook" }), avatar(message.asked.by, true), h("strong", {}, message.asked.by.name), " used ", h("span", { class: "mention" }, `/${message.asked.command}`));
}

function reply(message) {
  const to = store.messages.get(message.reply_to);
  if (!to) return null;
  return h("div", { class: "above" }, h("span", { class: "hook" }), avatar(to.author, true), h("strong", {}, to.author.name), h("a", { href: `#m${to.id}`, class: "quoted", "data-jump": to.id, title: "Go to this message" }, preview(to)));
}

function preview(message) {
  const { state, prompt, text } = headline(message);
  return [state, prompt].filter(Boolean).join(" · ") || (message.content || text).split("\n")[0] || "a message";
}

function privately() {
  return h("div", { class: "privately small" }, icon("eye"), "Only you can see this", " · ", h("button", { type: "button", class: "link-button", "data-dismiss": "" }, "Dismiss"));
}

function attached(message) {
  return message.files.map((each, place) =>
    isPicture(each)
      ? h("button", { type: "button", class: "picture loose", "data-key": each.id, "data-open": place, "aria-label": `Open the picture ${each.filename}` }, h("img", { src: each.url, alt: each.description ?? "", width: each.width, height: each.height }))
      : file({ name: each.filename, size: each.size, url: each.url }),
  );
}

function menuOf(message) {
  const commands = commandsHere(3);
  if (!message.may_delete && commands.length === 0) return null;
  return h("div", { class: "message-tools" }, commands.map((each) => h("button", { type: "button", class: "button tiny secondary", "data-use": each.name }, each.name)), message.may_delete ? iconButton("close", `Delete this message of ${message.author.name}`, { "data-delete": "" }) : null);
}

/** The row for a command that is on its way, or that got no answer. */
export function pendingNode(interaction) {
  const person = store.people.get(store.me);
  const failed = interaction.progress === "failed";
  const typed = Object.entries(interaction.typed ?? {}).map(([name, value]) => `${name}: ${value}`).join("  ");
  return h(
    "li",
    { class: "message pending", "data-key": `i${interaction.id}` },
    h("div", { class: "above" }, h("span", { class: "hook" }), avatar(person, true), h("strong", {}, person.name), " used ", h("span", { class: "mention" }, `/${interaction.command}`)),
    avatar({ bot: true, name: "Easel" }),
    h(
      "div",
      { class: "body" },
      h("div", { class: "byline" }, h("strong", { class: "author" }, "Easel"), h("span", { class: "tag" }, "APP")),
      failed
        ? [
            typed ? h("div", { class: "typed" }, typed) : null,
            h("div", { class: "text trouble-line", role: "alert" }, "Easel did not answer within 3 s. ", h("button", { type: "button", class: "link-button", "data-resume": interaction.id }, "Fill it in again"), " · ", h("button", { type: "button", class: "link-button", "data-forget": interaction.id }, "Dismiss")),
          ]
        : h("div", { class: "text thinking" }, "Sending", h("span", { class: "dots" })),
    ),
  );
}
