// The line that the person types, and the file that goes with it.

import { match, offerCommands } from "./menu.js";
import { notice } from "./sending.js";
import { fileKib, filled, part, words } from "./state.js";

const LINES_MAX = 50; // that are remembered
const [form, input, file, chip, pane, drop] = ["composer", "input", "file", "attached", "pane", "drop"].map(part);
const said = []; // newest last
let back = 0; // how many lines back the reader has gone; 0 = what he types himself
let begun = "";
let attached = null;

// `say` takes a line and a file, and resolves to whether they were taken; what was not comes back to be changed.
export function compose(say) {
  async function send() {
    const [text, with_] = [input.value.trim(), attached];
    if (!text && !with_) return;
    if (text && said.at(-1) !== text) said.push(text);
    said.splice(0, said.length - LINES_MAX);
    type("");
    attach(null);
    if (await say(text, with_)) return;
    if (!input.value) type(text);
    if (!attached) attach(with_);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  input.addEventListener("keydown", (event) => {
    // An input method takes keys to choose a word; that must not send half a sentence.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) send();
    else if (!(event.key === "ArrowUp" && recall(1)) && !(event.key === "ArrowDown" && back && recall(-1))) return;
    event.preventDefault();
  });
  input.addEventListener("input", () => {
    back = 0;
    typed();
  });
  offerCommands(type);
  takeFiles();
  if (matchMedia("(pointer: fine)").matches) input.focus(); // elsewhere it would raise the keyboard
}

export function type(text) {
  back = 0;
  put(text);
}

function put(text) {
  input.value = text;
  typed();
}

function typed() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
  match(back ? "" : input.value);
}

// An earlier line comes back when the line is empty or is one that came back.
function recall(step) {
  if (!back && input.value) return false;
  const to = back + step;
  if (to < 0 || to > said.length) return to > 0;
  if (!back) begun = input.value;
  back = to;
  put(to ? said.at(-to) : begun);
  return true;
}

function takeFiles() {
  part("attach").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    attach(file.files[0] ?? null);
    file.value = "";
  });
  chip.querySelector("button").addEventListener("click", () => {
    attach(null);
    input.focus();
  });
  const holds = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) {
    pane.addEventListener(name, (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
  }
  pane.addEventListener("dragleave", (event) => {
    if (!pane.contains(event.relatedTarget)) drop.hidden = true;
  });
  pane.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    drop.hidden = true;
    attach(event.dataTransfer.files[0] ?? null);
  });
}

function attach(one) {
  if (one && one.size > fileKib * 1024) return notice(filled(words.file_big, { most: fileKib }));
  if (one && !one.size) return notice(words.file_empty);
  if (one) {
    notice("");
    input.focus();
  }
  attached = one;
  chip.hidden = !one;
  chip.firstElementChild.textContent = one ? one.name : "";
}
