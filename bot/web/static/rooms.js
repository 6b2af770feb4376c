// The chats: a column beside the pane or a sheet over it, with what was said last and how much is unread.

import { element } from "./blocks.js";
import { avatar, dayName, nameOf, timeOf, wordsOf } from "./entries.js";
import { filled, part, remember, remembered, rooms, words } from "./state.js";

const BOT = "bot";
const state = new Map(rooms.map(({ id }) => [id, { unread: 0, last: null }]));
let current = rooms[0];
let open = () => {};

export const room = () => current;

export const unreadElsewhere = () =>
  [...state].reduce((sum, [id, one]) => (id === current.id ? sum : sum + one.unread), 0);

const markOf = (id) => `read ${id}`;
export const readUntil = (id) => Number(remembered(markOf(id))) || 0;

// Everything of a chat up to an entry has been seen.
export function markRead(id, newest) {
  if (newest <= readUntil(id) && !state.get(id).unread) return;
  if (newest > readUntil(id)) remember(markOf(id), newest);
  state.get(id).unread = 0;
  draw();
}

// Resolves to the id of the newest thing that the server knows.
export async function askRooms() {
  const read = new URLSearchParams(rooms.map(({ id }) => [id, readUntil(id)]));
  const answer = await fetch(`/rooms?${read}`);
  if (!answer.ok) throw new Error(`rooms: ${answer.status}`);
  const told = await answer.json();
  for (const { id, unread, last } of told.rooms) state.set(id, { unread, last });
  draw();
  return told.newest;
}

// An entry that has come, in whatever chat.
export function note({ id, chat, author, at, body }, { seen, fresh }) {
  const one = state.get(chat);
  if (!one) return;
  if (!one.last || id >= one.last.id) one.last = { id, author, at, text: wordsOf(body) };
  if (fresh && !seen && author === BOT) one.unread += 1;
  draw();
}

export function choose(id) {
  current = rooms.find((one) => one.id === id) ?? rooms[0];
  remember("room", current.id);
  draw();
}

export function listRooms(opened) {
  open = opened;
  current = rooms.find((one) => one.id === remembered("room")) ?? rooms[0];
  part("to-rooms")?.addEventListener("click", () => part("sheet").showModal());
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-room]");
    if (!chosen) return;
    part("sheet")?.close();
    if (chosen.dataset.room !== current.id) open(chosen.dataset.room);
  });
}

function draw() {
  for (const list of document.querySelectorAll("ul.rooms")) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.room : "";
    list.replaceChildren(...rooms.map((one) => element("li", "", entry(one))));
    if (focused) list.querySelector(`[data-room="${focused}"]`)?.focus();
  }
  const count = part("to-rooms")?.querySelector(".count");
  if (count) Object.assign(count, { textContent: unreadElsewhere(), hidden: !unreadElsewhere() });
  document.dispatchEvent(new Event("unread"));
}

function entry(one) {
  const { unread, last } = state.get(one.id);
  const name = element("b", "", one.name);
  if (one.kind === "private" && one.people[0].runs) name.append(" ", element("span", "tag", words.runs));
  const at = last ? element("time", "", shortly(last.at)) : "";
  const said = last ? (one.kind === "private" || last.author === BOT ? "" : `${nameOf(last.author)}: `) + last.text : one.about;
  const made = element("button", "", avatar(one.id, one.name, one.kind === "channel" ? 0 : -1), element("span", "top", name, at), element("span", "said", said));
  made.type = "button";
  made.dataset.room = one.id;
  if (one === current) made.ariaCurrent = "true";
  if (unread) {
    const count = element("span", "count", unread > 99 ? "99+" : String(unread));
    count.ariaLabel = filled(words.unread, { n: unread });
    count.role = "img";
    made.append(count);
  }
  return made;
}

// The time today, else the day.
function shortly(at) {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return timeOf(at);
  const named = dayName(day);
  return named === words.yesterday ? named : `${day.getMonth() + 1}/${day.getDate()}`;
}
