// The line that the person types, and the menu of commands above it.

const [form, input, menu, slash] = ["composer", "input", "menu", "slash"].map((id) => document.getElementById(id));
const entries = [...menu.children];

// `say` takes a line and resolves to whether it was taken; what was not taken comes back to be changed.
export function compose(say) {
  async function send() {
    const text = input.value.trim();
    if (!text) return;
    type("");
    if (!(await say(text)) && !input.value) type(text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  input.addEventListener("keydown", (event) => {
    // An input method takes Enter to choose a word; that must not send half a sentence.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
  input.addEventListener("input", typed);
  slash.addEventListener("click", () => (menu.hidden ? open(entries) : open([])));
  slash.hidden = !entries.length;
  document.addEventListener("keydown", moveInMenu);
  document.addEventListener("click", choose);
  if (matchMedia("(pointer: fine)").matches) input.focus(); // elsewhere it would raise the keyboard
}

function type(text) {
  input.value = text;
  typed();
}

function typed() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
  const begun = /^\/\S*$/.test(input.value);
  open(begun ? entries.filter((one) => one.dataset.type.startsWith(input.value)) : []);
}

function open(shown) {
  for (const one of entries) one.hidden = !shown.includes(one);
  menu.hidden = !shown.length;
  slash.setAttribute("aria-expanded", String(!menu.hidden));
}

function moveInMenu(event) {
  if (menu.hidden) return;
  const shown = entries.filter((one) => !one.hidden);
  const at = shown.indexOf(document.activeElement);
  if (event.key === "Escape") {
    open([]);
    input.focus();
  } else if (event.key === "ArrowDown") {
    shown[(at + 1) % shown.length].focus();
  } else if (event.key === "ArrowUp") {
    shown.at(at < 0 ? -1 : at - 1).focus();
  } else return;
  event.preventDefault();
}

function choose(event) {
  const chosen = event.target.closest("[data-type]");
  if (chosen) {
    type(chosen.dataset.type);
    input.focus();
  } else if (!event.target.closest("#slash, #input")) open([]);
}
