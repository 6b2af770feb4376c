// What the server told with the page, and what this browser remembers.

export const words = JSON.parse(document.body.dataset.words);
export const rooms = JSON.parse(document.body.dataset.rooms);
export const language = document.documentElement.lang;
export const fileKib = Number(document.body.dataset.fileKib);
export const part = (id) => document.getElementById(id);

// A text with its places filled.
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

export function remembered(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return ""; // storage is switched off
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // storage is switched off or full: the next visit begins anew
  }
}

// Says something to those who listen instead of looking.
export function announce(text) {
  part("said").textContent = "";
  requestAnimationFrame(() => (part("said").textContent = text));
}
