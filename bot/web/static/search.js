// Finds what was said in the chat that is open.

import { element } from "./blocks.js";
import { dayName, nameOf, timeOf } from "./entries.js";
import { filled, part, words } from "./state.js";

const PAUSE = 350; // ms after the last key
const [bar, wanted, found, count, find] = ["search", "wanted", "found", "found-count", "find"].map(part);
let later = 0;
let asked = 0;

// `chat` tells where to look; `jump` shows an entry.
export function search(chat, jump) {
  find.addEventListener("click", () => (bar.hidden ? openSearch() : closeSearch()));
  part("unsearch").addEventListener("click", closeSearch);
  bar.addEventListener("keydown", (event) => event.key === "Escape" && closeSearch());
  bar.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    look(chat());
  });
  wanted.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(() => look(chat()), PAUSE);
  });
  found.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-id]");
    if (chosen) jump(Number(chosen.dataset.id));
  });
}

function openSearch() {
  bar.hidden = false;
  find.ariaExpanded = "true";
  wanted.focus();
}

export function closeSearch() {
  if (bar.hidden) return;
  bar.hidden = true;
  find.ariaExpanded = "false";
  wanted.value = "";
  show([], "");
  find.focus();
}

async function look(chat) {
  clearTimeout(later);
  const mine = (asked += 1);
  const q = wanted.value.trim();
  if (!q) return show([], "");
  const answer = await fetch(`/search?${new URLSearchParams({ chat, q })}`).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (mine !== asked) return; // the reader has typed on
  if (!answer?.ok) return show([], told?.error ?? words.unsent);
  show(told.found, told.found.length ? filled(words.found, { n: told.found.length }) : words.found_none);
}

function show(entries, said) {
  count.textContent = said;
  found.replaceChildren(...entries.map(result));
}

function result({ id, author, at, text }) {
  const head = element("span", "muted", `${nameOf(author)} · ${dayName(new Date(at))} ${timeOf(at)}`);
  const made = element("button", "", head, element("span", "", text));
  made.type = "button";
  made.dataset.id = id;
  return element("li", "", made);
}
