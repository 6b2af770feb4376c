// Buttons that copy.

import { element } from "./blocks.js";
import { announce, words } from "./state.js";

const SHOWN = 1_500; // ms

export async function copy(button) {
  const done = await written(button.dataset.copy);
  const said = done ? words.copied : words.not_copied;
  button.dataset.label ??= button.textContent;
  button.textContent = said;
  announce(said);
  setTimeout(() => (button.textContent = button.dataset.label), SHOWN);
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writtenTheOldWay(text); // a page over plain http has no clipboard of its own
  }
}

function writtenTheOldWay(text) {
  const before = document.activeElement;
  const held = element("textarea", "aside");
  held.value = text;
  document.body.append(held);
  held.select();
  const done = document.execCommand("copy");
  held.remove();
  before?.focus({ preventScroll: true });
  return done;
}
