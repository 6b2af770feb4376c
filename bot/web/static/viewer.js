// Dialogs: a picture at its full size, the chats on a phone. Escape and a tap beside them close them.

import { part } from "./state.js";

const viewer = part("viewer");

export function dialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.look");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      enlarge(link.querySelector("img"));
    }
    const close = event.target.closest("[data-close]");
    if (close) close.closest("dialog").close();
    if (event.target.tagName === "DIALOG") event.target.close();
  });
  viewer.querySelector("img").addEventListener("click", (event) => event.target.classList.toggle("whole-size"));
}

function enlarge(image) {
  const large = viewer.querySelector("img");
  large.className = "";
  large.src = image.currentSrc || image.src;
  large.alt = image.alt;
  viewer.querySelector("a").href = large.src;
  viewer.showModal();
}
