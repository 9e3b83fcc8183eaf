// A column that becomes a sheet in a narrow window: opened, closed by Esc or a tap beside it.

let opener = null;

const veil = () => document.getElementById("veil");

export function openSheet(node) {
  opener = document.activeElement;
  node.classList.add("open");
  veil().hidden = false;
  veil().onclick = () => closeSheet(node);
  node.onkeydown = (event) => {
    if (event.key === "Escape") closeSheet(node);
  };
  node.tabIndex = -1;
  node.focus();
}

export function closeSheet(node) {
  if (!node.classList.contains("open")) return;
  node.classList.remove("open");
  veil().hidden = true;
  opener?.focus();
}
