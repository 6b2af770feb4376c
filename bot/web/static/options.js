// How the reader wants to see the page: its colours, and the channel that it imitates.

import { part, remember, remembered } from "./state.js";

const NIGHT = "(prefers-color-scheme: dark)";
const chosen = (name) => part("options").querySelector(`input[name="${name}"]:checked`)?.value;

export const view = () => chosen("view") ?? "chat";

// Pictures have a dark twin; they follow the page rather than the system.
export function dress(root) {
  const theme = document.documentElement.dataset.theme;
  for (const one of root.querySelectorAll("source")) {
    one.media = theme ? (theme === "dark" ? "all" : "not all") : NIGHT;
  }
}

function paint(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const one of document.querySelectorAll("meta[name=theme-color]")) {
    const night = one.content === "#17191e";
    one.media = theme === "system" ? (night ? NIGHT : "(prefers-color-scheme: light)") : night === (theme === "dark") ? "all" : "not all";
  }
  dress(document);
}

function check(name, value) {
  const found = part("options").querySelector(`input[name="${name}"][value="${CSS.escape(value)}"]`);
  if (found) found.checked = true;
}

// `viewed` is called when another channel is to be imitated.
export function options(viewed) {
  check("view", "chat");
  check("view", remembered("view"));
  check("theme", "system");
  check("theme", remembered("theme"));
  paint(chosen("theme"));
  part("options").addEventListener("change", ({ target }) => {
    remember(target.name, target.value);
    if (target.name === "theme") paint(target.value);
    else viewed();
  });
}
