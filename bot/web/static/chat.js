// The chat: shows the transcript of a chat, takes in what is new, hands on what the person says.

import { element } from "./blocks.js";
import { compose } from "./composer.js";
import { copy } from "./copying.js";
import { articleOf, avatar, divide, entryElement, renew, side, tidy } from "./entries.js";
import { allowCommands } from "./menu.js";
import { dress, options, view } from "./options.js";
import { atEnd, countUnread, keepPlace, keeping, reveal, seen, show, startOver, toEnd, unreadHere } from "./place.js";
import { askRooms, choose, listRooms, markRead, note, readUntil, room, unreadElsewhere } from "./rooms.js";
import { closeSearch, search } from "./search.js";
import { isWaiting, notice, press, say, settle, showWaiting, whenGrown } from "./sending.js";
import { filled, part, rooms, words } from "./state.js";
import { follow } from "./stream.js";
import { leave } from "./token.js";
import { dialogs } from "./viewer.js";

const SHOWN_MAX = 400; // entries on the page; older ones are fetched again on demand
const PAGES_MAX = 40; // that are fetched to get to an entry that was found
const RETRY = 5_000; // ms
const [list, older] = ["entries", "older"].map(part);

let newest = 0; // id that the stream has come to
let last = 0; // id of the newest entry on the page
let early = null; // entries of the chat that came while its history was on its way
let opening = 0;
let speaker = "";
let again = () => {};

// ---- entries

function arrive(entry, id) {
  newest = Math.max(newest, id);
  settle(entry);
  const here = entry.chat === room().id;
  if (!here || !early) note(entry, { seen: here && seen(), fresh: !here || entry.id > last });
  if (!here) return;
  if (early) early.push(entry);
  else append(entry);
}

function append(entry) {
  if (entry.id <= last) return;
  if (entry.body.afresh) {
    reopen(); // what was said before is gone
    return;
  }
  last = entry.id;
  const made = entryElement(entry, speaker);
  const stay = !atEnd() && !isWaiting(entry.chat);
  list.append(made);
  part("empty").hidden = true;
  const unseen = entry.author === "bot" && (stay || document.hidden);
  if (unseen && !unreadHere()) divide(made);
  if (unseen) countUnread();
  if (!stay) forgetOldest();
  tidy();
  if (!stay) reveal(made);
  show();
  if (seen()) markRead(room().id, last);
}

function change(entry, id) {
  newest = Math.max(newest, id);
  settle(entry);
  note(entry, { seen: true, fresh: false });
  if (entry.chat !== room().id) return;
  const end = atEnd();
  if (!renew(entry, speaker)) return;
  tidy();
  if (end) toEnd();
}

function forgetOldest() {
  while (list.children.length > SHOWN_MAX) {
    list.firstElementChild.remove();
    older.hidden = false;
  }
}

async function fetchOlder() {
  const [chat, mine] = [room().id, opening];
  const first = list.querySelector("article");
  const asked = new URLSearchParams({ chat, as: view(), ...(first && { before: first.dataset.id }) });
  const answer = await fetch(`/history?${asked}`);
  if (!answer.ok) throw new Error(`history: ${answer.status}`);
  const { entries, more } = await answer.json();
  if (mine !== opening) return []; // a chat was opened meanwhile
  list.ariaBusy = "true"; // old entries are not news to be read out
  const put = () => {
    list.prepend(...entries.map((one) => entryElement(one, speaker)));
    older.hidden = !more;
    tidy();
  };
  if (first) keeping(put);
  else put();
  part("empty").hidden = list.children.length > 0;
  requestAnimationFrame(() => (list.ariaBusy = "false"));
  return entries;
}

async function moreAbove() {
  if (older.hidden || older.disabled) return;
  older.disabled = true;
  await fetchOlder().catch(() => connected(false));
  older.disabled = false;
}

async function jump(id) {
  for (let page = 0; page < PAGES_MAX && !articleOf(id) && !older.hidden; page += 1) await fetchOlder();
  const found = articleOf(id);
  if (!found) return;
  closeSearch();
  reveal(found);
  found.classList.remove("renewed");
  void found.offsetWidth; // lets the mark light up again
  found.classList.add("renewed");
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
}

// ---- chats

async function open(id) {
  const mine = (opening += 1);
  choose(id);
  notice("");
  closeSearch();
  list.replaceChildren();
  list.dataset.view = view();
  list.ariaBusy = "true";
  [older.hidden, part("empty").hidden, last, early] = [true, true, 0, []];
  startOver();
  head();
  showWaiting(room().id);
  const read = readUntil(room().id);
  const entries = await fetchOlder();
  if (mine !== opening) return;
  last = entries.at(-1)?.id ?? 0;
  const unread = read ? entries.find((one) => one.id > read && one.author === "bot") : null;
  const line = divide(unread && articleOf(unread.id));
  if (line ?? list.lastElementChild) reveal(line ?? list.lastElementChild);
  const waited = early;
  early = null;
  for (const one of waited) append(one);
  show();
  if (!document.hidden) markRead(room().id, last);
}

function head() {
  const { kind, name, people } = room();
  const own = kind === "private";
  document.querySelector("header .avatar").replaceWith(own ? avatar("bot") : avatar(room().id, name, kind === "channel" ? 0 : -1));
  part("title").textContent = own ? words.title : name;
  part("who").textContent = rooms.length > 1 ? (own ? filled(words.as_person, { who: name }) : room().about) : "";
  speaker = people[0].id;
  const speakers = part("speakers");
  speakers.hidden = people.length < 2;
  speakers.replaceChildren(speakers.firstElementChild, ...(people.length > 1 ? people.map(chip) : []));
  speak();
}

function chip({ id, name }) {
  const choice = element("input");
  Object.assign(choice, { type: "radio", name: "speaker", value: id, checked: id === speaker });
  return element("label", "", choice, element("span", "", name));
}

// Who speaks sees his own lines at the right.
function speak() {
  for (const one of list.querySelectorAll("article")) side(one, speaker);
  allowCommands(room().people.find((one) => one.id === speaker)?.runs);
}

const here = () => ({ chat: room().id, person: speaker });

// ---- start

function connected(yes) {
  part("status").textContent = yes ? words.online : words.offline;
  part("status").dataset.state = yes ? "online" : "offline";
  part("lost").textContent = yes ? "" : words.lost;
}

async function start() {
  try {
    newest = await askRooms();
    await open(room().id);
    const address = () => `/events?${new URLSearchParams({ after: newest, as: view() })}`;
    again = follow(address, { arrive, change, show: connected });
  } catch {
    connected(false);
    setTimeout(start, RETRY);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-say], [data-press], [data-copy]");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  else if (button.dataset.press) press(button, { ...here(), id: Number(button.closest("article").dataset.id) });
  else say({ ...here(), text: button.dataset.say });
});
document.addEventListener("unread", () => {
  const count = unreadHere() + unreadElsewhere();
  document.title = (count ? `(${count}) ` : "") + words.title;
});
older.addEventListener("click", moreAbove);
part("leave")?.addEventListener("click", leave);
part("speakers").addEventListener("change", ({ target }) => {
  speaker = target.value;
  speak();
});

async function reopen() {
  try {
    await open(room().id);
  } catch {
    connected(false);
    setTimeout(() => reopen().then(again), RETRY);
  }
}

options(() => reopen().then(again));
dress(document);
listRooms((id) => {
  choose(id);
  reopen();
});
keepPlace(() => !early && last && markRead(room().id, last), moreAbove);
whenGrown(() => toEnd());
search(() => room().id, jump);
dialogs();
compose((text, file) => {
  list.querySelector(".new")?.remove();
  return say({ ...here(), text, file });
});
start();
