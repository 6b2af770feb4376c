// What another channel would send: the few tags of its HTML as elements, anything else as bare text.

import { bubble, element } from "./blocks.js";
import { filled, words } from "./state.js";

const TAGS = { b: "strong", i: "em", u: "u", s: "s", code: "code", pre: "pre", blockquote: "blockquote" };
const COLOURS = /^ class="(up|down|muted)"$/;
const SIGNS = { lt: "<", gt: ">", amp: "&", quot: '"' };

// Bubbles of the parts of an entry, and how many there are where it is more than one.
export function parts(entry) {
  const made = element("div", "parts");
  for (const { markup, plain, picture, file, href } of entry.parts) {
    const one = bubble({ blocks: [] }, words);
    if (picture) one.append(pictureOf(entry, picture));
    if (file) one.append(...bubble({ blocks: [{ file, href, about: "", bytes: 0 }] }, words).children);
    one.append(element("div", "sent", ...(plain ? [markup] : nodes(markup))));
    made.append(one);
  }
  if (entry.parts.length > 1) made.append(element("p", "note", filled(words.parts, { n: entry.parts.length })));
  return made;
}

// A channel sends the light one; its size and words are those of the entry's block.
function pictureOf(entry, src) {
  const block = entry.body.blocks.find((one) => one.src === src || one.dark === src) ?? { alt: "" };
  return bubble({ blocks: [{ ...block, src, dark: "" }] }, words).firstElementChild;
}

// Only tags that are known become elements; the words of all others stay.
export function nodes(markup) {
  const root = element("div");
  const open = [root];
  for (const piece of markup.match(/<[^>]*>|[^<]+|</g) ?? []) {
    const tag = /^<(\/?)([a-z-]+)([^>]*)>$/.exec(piece);
    if (!tag) open.at(-1).append(unescaped(piece));
    else if (tag[1]) open.length > 1 && open.pop();
    else {
      const name = tag[3].includes("expandable") ? "expandable" : (COLOURS.exec(tag[3])?.[1] ?? "");
      const made = element(TAGS[tag[2]] ?? "span", name);
      open.at(-1).append(made);
      open.push(made);
    }
  }
  for (const one of root.querySelectorAll(".expandable")) fold(one);
  return [...root.childNodes];
}

function fold(quotation) {
  const count = quotation.textContent.split("\n").length;
  const details = element("details", "", element("summary", "", filled(words.unfold, { n: count })));
  quotation.before(details);
  details.append(quotation);
}

const unescaped = (text) =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (all, hex, decimal, name) => {
    if (name) return SIGNS[name] ?? all;
    const point = hex ? parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
