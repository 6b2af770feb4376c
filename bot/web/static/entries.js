// Entries of the transcript as they stand on the page: bubbles, heads, day marks.

import { bubble, buttons, element } from "./blocks.js";
import { dress } from "./options.js";
import { language, part, rooms, words } from "./state.js";
import { parts } from "./telegram.js";

const JOINED = 5 * 60_000; // ms between entries that share one head
const BOT = "bot";
const list = part("entries");
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const people = Object.fromEntries(rooms.flatMap((room) => room.people.map((one) => [one.id, one])));

export const nameOf = (author) => (author === BOT ? words.title : (people[author]?.name ?? author));

// The service has a picture; a person or a chat has a letter of its name on a colour of its own.
export function avatar(author, name = nameOf(author), letter = -1) {
  if (author === BOT) return Object.assign(element("img", "avatar"), { src: "/static/icon.svg", alt: "" });
  const made = element("span", "avatar letter", [...name].at(language === "en" ? 0 : letter).toUpperCase());
  made.dataset.tone = author;
  made.ariaHidden = "true";
  return made;
}

export const timeOf = (at) => clock.format(new Date(at));

// `speaker` is who looks: what he said stands at the right.
export function entryElement(entry, speaker) {
  const { id, author, at, body } = entry;
  const time = element("time", "", timeOf(at));
  time.dateTime = at;
  const head = element("p", "head", element("span", "name", nameOf(author)), time);
  const made = element("article", "", avatar(author), head, entry.parts ? parts(entry) : bubble(body, words));
  if (body.buttons.length) made.append(buttons(body));
  Object.assign(made.dataset, { id, at, author });
  side(made, speaker);
  dress(made);
  return made;
}

export const side = (made, speaker) => (made.className = made.dataset.author === speaker ? "mine" : "theirs");

export const articleOf = (id) => list.querySelector(`article[data-id="${id}"]`);

// A newer state of an entry takes its place, and whoever is on one of its buttons stays there.
export function renew(entry, speaker) {
  const old = articleOf(entry.id);
  if (!old) return null;
  const at = [...old.querySelectorAll("button, a, summary")].indexOf(inUse(old));
  const made = entryElement(entry, speaker);
  made.toggleAttribute("data-joined", old.hasAttribute("data-joined"));
  made.classList.add("renewed");
  old.replaceWith(made);
  if (at >= 0) {
    const there = made.querySelectorAll("button, a, summary");
    (there[Math.min(at, there.length - 1)] ?? part("input")).focus({ preventScroll: true });
  }
  return made;
}

// A button that waits for its answer is switched off, and the browser takes the focus from it before long.
const inUse = (article) =>
  document.activeElement === document.body ? article.querySelector("[data-held]") : document.activeElement;

// Day marks where the day changes; heads where the author changes or some time has passed.
export function tidy() {
  let marked = "";
  let before = null;
  for (const one of [...list.children]) {
    if (one.className === "new") {
      before = null;
      continue;
    }
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
    const joined = before?.dataset.author === one.dataset.author && at - new Date(before.dataset.at) < JOINED;
    one.toggleAttribute("data-joined", joined);
    before = one;
  }
}

export function dayName(at) {
  const today = new Date();
  const days = Math.round((new Date(today.toDateString()) - new Date(at.toDateString())) / 86_400_000);
  const year = at.getFullYear() === today.getFullYear() ? undefined : "numeric";
  const date = new Intl.DateTimeFormat(language, { year, month: "long", day: "numeric", weekday: "long" });
  return [words.today, words.yesterday][days] ?? date.format(at);
}

// Where the reader has not been yet.
export function divide(before) {
  list.querySelector(".new")?.remove();
  if (!before) return null;
  const line = element("p", "new", element("span", "", words.new));
  before.before(line);
  return line;
}

// What an entry says, on one line.
export function wordsOf(body) {
  const said = body.blocks.map((block) => {
    if ("lines" in block) return block.lines.map(({ spans }) => spans.map(([text]) => text).join("")).join(" ");
    return block.heading ?? block.alt ?? block.file ?? "";
  });
  return said.join(" ").trim();
}
