// The menu of commands above the line that is typed.

import { part } from "./state.js";

const [menu, slash, input] = ["menu", "slash", "input"].map(part);
const all = [...menu.children];
let allowed = all;

// `type` puts a command into the line. Commands of administrators are for those who run the service.
export function offerCommands(type) {
  slash.addEventListener("click", () => (menu.hidden ? open(allowed) : open([])));
  document.addEventListener("keydown", move);
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-type]");
    if (chosen) {
      type(chosen.dataset.type);
      input.focus();
    } else if (!event.target.closest("#slash, #input")) open([]);
  });
}

export function allowCommands(runsService) {
  allowed = all.filter((one) => runsService || !("runs" in one.dataset));
  slash.hidden = !allowed.length;
  open([]);
}

// The commands that a line begins.
export function match(line) {
  const begun = /^\/\S*$/.test(line);
  open(begun ? allowed.filter((one) => one.dataset.type.startsWith(line.toLowerCase())) : []);
}

function open(shown) {
  for (const one of all) one.hidden = !shown.includes(one);
  menu.hidden = !shown.length;
  slash.ariaExpanded = String(!menu.hidden);
}

function move(event) {
  if (menu.hidden) return;
  const shown = all.filter((one) => !one.hidden);
  const at = shown.indexOf(document.activeElement);
  if (event.key === "Escape") {
    open([]);
    input.focus();
  } else if (event.key === "ArrowDown") shown[(at + 1) % shown.length].focus();
  else if (event.key === "ArrowUp") shown.at(at < 0 ? -1 : at - 1).focus();
  else {
    if (at >= 0 && event.key.length === 1 && event.key !== " ") input.focus(); // the line is typed on
    return;
  }
  event.preventDefault();
}
