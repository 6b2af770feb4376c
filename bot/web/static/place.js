// The reader's place in the transcript: what he is reading stays put, and the way to the end is shown.

import { filled, part, words } from "./state.js";

const NEAR_END = 80; // px
const scroller = part("scroller");
const pill = part("pill");

let stuck = true; // the reader is at the end and stays there
let unread = 0;

export const atEnd = () => stuck;
export const unreadHere = () => unread;
export const seen = () => stuck && !document.hidden;

export const toEnd = () => (scroller.scrollTop = scroller.scrollHeight);

// A message longer than the window is shown from its start; a shorter one leaves the window at its end.
export function reveal(one) {
  scroller.scrollTop = one.offsetTop - NEAR_END / 2;
  measure();
}

export function countUnread() {
  unread += 1;
  show();
}

// Nothing of the chat that is opened is new below.
export function startOver() {
  unread = 0;
  stuck = true;
  show();
}

// Puts something in above without moving what is read.
export function keeping(change) {
  const below = scroller.scrollHeight - scroller.scrollTop;
  change();
  scroller.scrollTop = scroller.scrollHeight - below;
}

export function show() {
  if (seen()) unread = 0;
  pill.hidden = stuck;
  pill.textContent = unread ? `↓ ${filled(words.unread, { n: unread })}` : "↓";
  pill.ariaLabel = `${words.latest} ${unread || ""}`.trim();
  document.dispatchEvent(new Event("unread"));
}

function measure() {
  stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
  show();
}

// `ended` is called when the reader comes to the end, `begun` when he comes to the start.
export function keepPlace(ended, begun) {
  scroller.addEventListener("scroll", () => {
    measure();
    if (seen()) ended();
    if (scroller.scrollTop < NEAR_END && scroller.scrollHeight > scroller.clientHeight + NEAR_END) begun();
  });
  document.addEventListener("visibilitychange", () => {
    show();
    if (seen()) ended();
  });
  pill.addEventListener("click", () => {
    toEnd();
    scroller.focus({ preventScroll: true });
  });
  const stay = new ResizeObserver(() => stuck && toEnd());
  stay.observe(scroller);
}
