// A picture at full size in a dialog, with its alt text below it.
import { h, iconButton } from "./dom.js";

export function openViewer(pictures, place) {
  let at = place;
  const image = h("img", { alt: "" });
  const caption = h("p", { class: "viewer-caption" });
  const original = h("a", { target: "_blank", rel: "noopener" }, "Open the original");
  const show = (next) => {
    at = (next + pictures.length) % pictures.length;
    const shown = pictures[at];
    image.src = shown.url;
    image.alt = shown.alt;
    image.width = shown.width;
    image.height = shown.height;
    original.href = shown.url;
    const number = pictures.length > 1 ? `${at + 1} of ${pictures.length}. ` : "";
    caption.replaceChildren(`${number}${shown.alt} (${shown.width} x ${shown.height}) `, original);
  };
  const dialog = h(
    "dialog",
    { class: "viewer", "aria-label": "Picture" },
    iconButton("close", "Close", { on: { click: () => dialog.close() } }),
    image,
    caption,
    pictures.length > 1 ? [iconButton("left", "Previous picture", { on: { click: () => show(at - 1) } }), iconButton("right", "Next picture", { on: { click: () => show(at + 1) } })] : null,
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  show(place);
  document.body.append(dialog);
  dialog.showModal();
}

/** Ask before something is lost. Resolves to true when the person agrees. */
export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "window small-window", "aria-label": question },
      h("p", {}, question),
      h("div", { class: "window-buttons" }, h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Keep it"), h("button", { type: "button", class: "button danger", on: { click: () => dialog.close("yes") } }, yes)),
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
