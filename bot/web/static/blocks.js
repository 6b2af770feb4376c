// Turns the blocks of a message into elements. Text only ever becomes text nodes, never markup.

const STYLES = {
  strong: ["strong", ""],
  muted: ["span", "muted"],
  up: ["span", "up"],
  down: ["span", "down"],
  code: ["code", ""],
};
const DEEPEST = 3;

export function element(name, className = "", ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function bubble(message, words) {
  const blocks = message.blocks.map((block) => {
    if ("heading" in block) return heading(block);
    if ("src" in block) return picture(block);
    if ("file" in block) return card(block);
    return "lines" in block ? paragraph(block, words) : table(block, words);
  });
  return element("div", "bubble", ...blocks);
}

// Rows of buttons; pressing one says its command, or copies it.
export function buttons(message) {
  const rows = message.buttons.map((row) =>
    element("div", "row", ...row.map(([label, command, look = "plain", copies = false]) => {
      const button = element("button", `soft ${look}`, label);
      button.type = "button";
      button.dataset[copies ? "copy" : "press"] = command;
      button.title = command;
      return button;
    })),
  );
  return element("div", "buttons", ...rows);
}

// A file to keep; without an address it is only named.
function card({ file, href, bytes, about }) {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file)?.[1] ?? "";
  const size = bytes ? (bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)} KB`) : "";
  const told = [about, size].filter(Boolean).join(" · ");
  const made = element(
    href ? "a" : "div",
    "card",
    element("span", "ending", ending.toUpperCase()),
    element("span", "", element("b", "", file), element("small", "", told)),
  );
  if (href) Object.assign(made, { href, download: file });
  return made;
}

// The page's own title is the only h1.
const heading = (block) => element(`h${Math.min(block.level, DEEPEST) + 1}`, "", ...flowing(block.heading));

function span([text, style]) {
  const [name, className] = STYLES[style] ?? ["span", ""];
  return element(name, className, ...flowing(text));
}

// A list of figures may break after each comma; a date, or a figure and its unit, never.
const KEPT = /(\d{1,4}(?:-\d{1,4}){1,2}|\d[\d.,]{0,14}[万亿]?[元份]|、)/;

function flowing(text) {
  return text.split(KEPT).flatMap((piece, at) => {
    if (at % 2 === 0) return piece;
    return piece === "、" ? [piece, element("wbr")] : element("span", "whole", piece);
  });
}

function paragraph(block, words) {
  const lines = element("div", "lines");
  for (const { spans, indent } of block.lines) {
    const pieces = spans.map(span);
    if (!indent) {
      lines.append(element("p", "", ...pieces));
      continue;
    }
    if (lines.lastElementChild?.tagName !== "UL") lines.append(element("ul"));
    lines.lastElementChild.append(element("li", `deep${Math.min(indent, DEEPEST)}`, ...pieces));
  }
  return block.folded ? folded(lines, block.lines.length, words) : lines;
}

// Its size is known before it is loaded, so that nothing jumps; a tap shows it alone, to be enlarged.
function picture({ src, dark, alt, width, height }) {
  const image = element("img", "picture");
  Object.assign(image, { src, alt, width, height, decoding: "async" });
  const night = element("source");
  if (dark) Object.assign(night, { srcset: dark, media: "(prefers-color-scheme: dark)" });
  const link = element("a", "look", element("picture", "", ...(dark ? [night] : []), image));
  link.addEventListener("click", () => (link.href = image.currentSrc || src));
  Object.assign(link, { href: src, target: "_blank", rel: "noopener" });
  return link;
}

function folded(lines, count, words) {
  const summary = element("summary", "", words.unfold.replace("{n}", count));
  const details = element("details", "", summary, lines);
  details.addEventListener("toggle", () => {
    summary.textContent = details.open ? words.fold : words.unfold.replace("{n}", count);
  });
  return details;
}

// Figures stand under one another at the right, words begin at the left.
const FIGURE = /^[+−-]?[\d¥]/;

function table(block, words) {
  const worded = block.header.map((_, at) => block.rows.some((row) => !FIGURE.test(row[at]?.[0] ?? "")));
  const cell = (name, at, content, scope) => {
    const made = element(name, worded[at] ? "words" : "", content);
    if (scope) made.scope = scope;
    return made;
  };
  const head = element("tr", "", ...block.header.map((text, at) => cell("th", at, text, "col")));
  const rows = block.rows.map((row) =>
    element("tr", "", ...row.map((one, at) => (at ? cell("td", at, span(one)) : cell("th", at, span(one), "row")))),
  );
  const made = element("table", "", element("thead", "", head), element("tbody", "", ...rows));
  const frame = element("div", "table", made);
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", words.table);
  return frame;
}
