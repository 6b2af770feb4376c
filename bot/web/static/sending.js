// What the person says: shown at once, sent, and marked where it did not get through, to be tried again.

import { element } from "./blocks.js";
import { entryElement, wordsOf } from "./entries.js";
import { part, words } from "./state.js";
import { send as sendSafely } from "./token.js";

const SLOW = 400; // ms until a missing answer is shown to be on its way
const TO_BE_CHANGED = [400, 413]; // sending the same again would be refused again
const pending = part("pending");
const waiting = new Map(); // chat: how many lines of ours are without an answer
const typing = new Set(); // chats in which the service is seen to write
let shown = "";
let moved = () => {};

export const isWaiting = (chat) => (waiting.get(chat) ?? 0) > 0;

// `grown` is called when something was put under the transcript.
export const whenGrown = (grown) => (moved = grown);

// The lines that wait, and the sign that an answer comes, are those of the chat that is open.
export function showWaiting(chat = shown) {
  shown = chat;
  for (const one of pending.children) one.hidden = one.dataset.chat !== chat;
  part("typing").hidden = !typing.has(chat);
}

// Resolves to whether the line was taken; what must be changed first was not.
export async function say(line) {
  const made = entryElement({ id: "", at: new Date().toISOString(), author: line.person, body: bodyOf(line) }, line.person);
  Object.assign(made.dataset, { chat: line.chat, words: wordsOf(bodyOf(line)), state: "sending" });
  made.append(element("p", "state", words.sending));
  pending.append(made);
  moved();
  const { problem, status } = await waited(line.chat, () => send(line));
  const lost = problem && made.isConnected && !TO_BE_CHANGED.includes(status);
  notice(lost ? "" : problem);
  if (lost) fail(made, line, problem);
  else made.remove();
  return !TO_BE_CHANGED.includes(status);
}

// An entry has come: it is one of the lines that wait, or an answer to one.
export function settle({ chat, author, body }) {
  if (author === "bot") {
    typing.delete(chat);
    showWaiting();
  }
  const said = wordsOf(body);
  [...pending.children].find((one) => one.dataset.chat === chat && one.dataset.author === author && one.dataset.words === said)?.remove();
}

export async function press(button, { chat, person, id }) {
  button.toggleAttribute("data-held", document.activeElement === button);
  button.disabled = true;
  button.ariaBusy = "true";
  const command = button.dataset.press;
  const { problem } = await waited(chat, () => post("/say", { chat, person, text: command, pressed: id }));
  notice(problem);
  if (!button.isConnected) return;
  button.disabled = false;
  button.ariaBusy = "false";
  if (button.hasAttribute("data-held") && document.activeElement === document.body) button.focus({ preventScroll: true });
  button.removeAttribute("data-held");
}

export function notice(text) {
  Object.assign(part("notice"), { textContent: text, hidden: !text });
}

function fail(made, line, problem) {
  made.dataset.state = "failed";
  const retry = choice(words.retry, () => {
    made.remove();
    say(line);
  });
  const discard = choice(words.discard, () => made.remove());
  const why = element("span", "", problem);
  why.role = "alert";
  made.lastElementChild.replaceChildren(element("span", "sign", "!"), why, retry, discard);
  moved();
}

function choice(label, chosen) {
  const made = element("button", "link", label);
  made.type = "button";
  made.addEventListener("click", () => {
    chosen();
    part("input").focus({ preventScroll: true });
  });
  return made;
}

function bodyOf({ text, file }) {
  const lines = text ? text.split("\n").map((one) => ({ spans: [[one, "plain"]], indent: 0 })) : [];
  const blocks = lines.length ? [{ lines, folded: false }] : [];
  if (file) blocks.push({ file: file.name, bytes: file.size, about: "" });
  return { blocks, buttons: [] };
}

function send({ chat, person, text, file }) {
  if (!file) return post("/say", { chat, person, text });
  const about = new URLSearchParams({ chat, person, text, name: file.name });
  return asked(`/file?${about}`, { headers: { "Content-Type": "application/octet-stream" }, body: file });
}

const post = (path, told) =>
  asked(path, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });

// Resolves to what went wrong, in words; empty when nothing did.
async function asked(path, how) {
  try {
    const answer = await sendSafely(path, how);
    if (answer.ok) return { problem: "", status: answer.status };
    const refusal = await answer.json().catch(() => ({}));
    return { problem: refusal.error || words.failed, status: answer.status };
  } catch {
    return { problem: words.unsent, status: 0 };
  }
}

async function waited(chat, work) {
  waiting.set(chat, (waiting.get(chat) ?? 0) + 1);
  const slow = setTimeout(() => {
    typing.add(chat);
    showWaiting();
    moved();
  }, SLOW);
  try {
    return await work();
  } finally {
    clearTimeout(slow);
    waiting.set(chat, waiting.get(chat) - 1);
    if (!isWaiting(chat)) typing.delete(chat);
    showWaiting();
  }
}
