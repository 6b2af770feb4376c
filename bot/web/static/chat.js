// The chat: shows the transcript, keeps the reader's place, says what the person says.

import { bubble, buttons, element } from "./blocks.js";
import { compose } from "./composer.js";
import { follow } from "./stream.js";

const SHOWN_MAX = 400; // entries on the page; older ones are fetched again on demand
const NEAR_END = 80; // px
const JOINED = 5 * 60_000; // ms between entries that share one head
const SLOW = 400; // ms until a missing answer is shown to be on its way
const RETRY = 5_000; // ms

const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const part = (id) => document.getElementById(id);
const [scroller, list, older, typing, pill] = ["scroller", "entries", "older", "typing", "pill"].map(part);
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

let newest = 0; // id
let unread = 0;
let waiting = 0; // lines of ours without an answer
let stuck = true; // the reader is at the end and stays there

// ---- entries

function entryElement({ id, author, at, body }) {
  const mine = author === "me";
  const time = element("time", "", clock.format(new Date(at)));
  time.dateTime = at;
  const name = element("span", "name", mine ? words.me : words.title);
  const made = element("article", mine ? "mine" : "theirs", element("p", "head", name, time), bubble(body, words));
  if (body.buttons.length) made.append(buttons(body));
  if (!mine) made.prepend(avatar());
  Object.assign(made.dataset, { id, at });
  return made;
}

function avatar() {
  const image = element("img", "avatar");
  image.src = "/static/icon.svg";
  image.alt = "";
  return image;
}

// Day marks where the day changes; heads where the author changes or some time has passed.
function tidy() {
  let marked = "";
  let before = null;
  for (const one of [...list.children]) {
    const at = new Date(one.dataset.at);
    const day = at.toDateString();
    if (one.className === "day") {
      if (day === marked) one.remove();
      else if (one.textContent !== dayName(at)) one.textContent = dayName(at);
      [marked, before] = [day, null];
      continue;
    }
    if (day !== marked) {
      const mark = element("p", "day", dayName(at));
      mark.dataset.at = one.dataset.at;
      one.before(mark);
      [marked, before] = [day, null];
    }
    one.toggleAttribute("data-joined", before?.className === one.className && at - new Date(before.dataset.at) < JOINED);
    before = one;
  }
  part("empty").hidden = list.children.length > 0;
}

function dayName(at) {
  const today = new Date();
  const days = Math.round((new Date(today.toDateString()) - new Date(at.toDateString())) / 86_400_000);
  const year = at.getFullYear() === today.getFullYear() ? undefined : "numeric";
  const date = new Intl.DateTimeFormat(language, { year, month: "long", day: "numeric", weekday: "long" });
  return [words.today, words.yesterday][days] ?? date.format(at);
}

function arrive(entry) {
  if (entry.id <= newest) return;
  newest = entry.id;
  const made = entryElement(entry);
  const stay = !stuck && !waiting;
  list.append(made);
  if (entry.author === "bot") {
    typing.hidden = true;
    if (stay || document.hidden) unread += 1;
  }
  if (!stay) forgetOldest();
  tidy();
  if (!stay) reveal(made);
  showUnread();
}

function forgetOldest() {
  while (list.children.length > SHOWN_MAX) {
    list.firstElementChild.remove();
    older.hidden = false;
  }
}

// ---- the reader's place

const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;

const toEnd = () => (scroller.scrollTop = scroller.scrollHeight);

// A message longer than the window is shown from its start; a shorter one leaves the window at its end.
function reveal(one) {
  scroller.scrollTop = one.offsetTop - NEAR_END / 2;
  stuck = atEnd();
}

function showUnread() {
  if (stuck && !document.hidden) unread = 0;
  pill.hidden = stuck;
  pill.textContent = unread ? `↓ ${words.unread.replace("{n}", unread)}` : "↓";
  pill.ariaLabel = `${words.latest} ${unread || ""}`;
  document.title = (unread ? `(${unread}) ` : "") + words.title;
}

async function fetchOlder() {
  const first = list.querySelector("article");
  const answer = await fetch("/history" + (first ? `?before=${first.dataset.id}` : ""));
  if (!answer.ok) throw new Error(`history: ${answer.status}`);
  const { entries, more } = await answer.json();
  const below = scroller.scrollHeight - scroller.scrollTop;
  list.ariaBusy = "true"; // old entries are not news to be read out
  list.prepend(...entries.map(entryElement));
  older.hidden = !more;
  tidy();
  if (first) scroller.scrollTop = scroller.scrollHeight - below;
  requestAnimationFrame(() => (list.ariaBusy = "false"));
  return entries;
}

// ---- what the person says

async function say(text) {
  waiting += 1;
  const slow = setTimeout(() => {
    typing.hidden = false;
    if (stuck) toEnd();
  }, SLOW);
  const problem = await post(text);
  clearTimeout(slow);
  waiting -= 1;
  if (!waiting) typing.hidden = true;
  Object.assign(part("notice"), { textContent: problem, hidden: !problem });
  return !problem;
}

// Resolves to what went wrong, in words; empty when nothing did.
async function post(text) {
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch("/say", { method: "POST", headers, body: JSON.stringify({ text }) });
    if (answer.ok) return "";
    const refusal = await answer.json().catch(() => ({}));
    return refusal.error || words.failed;
  } catch {
    return words.unsent;
  }
}

// ---- start

function connected(yes) {
  part("status").textContent = yes ? words.online : words.offline;
  part("status").dataset.state = yes ? "online" : "offline";
  part("lost").textContent = yes ? "" : words.lost;
}

async function start() {
  try {
    const entries = await fetchOlder();
    newest = entries.at(-1)?.id ?? 0;
    if (entries.length) reveal(list.lastElementChild);
    showUnread();
    follow(() => newest, arrive, connected);
  } catch {
    connected(false);
    setTimeout(start, RETRY);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-say]");
  if (button) say(button.dataset.say);
});
document.addEventListener("visibilitychange", showUnread);
pill.addEventListener("click", toEnd);
older.addEventListener("click", async () => {
  older.disabled = true;
  await fetchOlder().catch(() => connected(false));
  older.disabled = false;
});
scroller.addEventListener("scroll", () => {
  stuck = atEnd();
  showUnread();
});
new ResizeObserver(() => stuck && toEnd()).observe(scroller);
compose(say);
start();
