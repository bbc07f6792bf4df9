// The page that one is on, and what is put and said on it: what comes from the server as text, never as HTML.

export const kind = document.body.dataset.page;
export const readOnly = "readOnly" in document.body.dataset;

export const $ = (id) => document.getElementById(id);

// For those who hear the page: what was saved is told by one live region, what is shown now by another.
export const say = (text) => { $("said").textContent = text; };
export const describe = (text) => { $("shown").textContent = text; };

export const spoken = (label) => (label === "not_a_digit" ? "not a digit" : label || "–");
export const clock = (at) => (at ? `${at.slice(11, 19)} UTC` : "");

const filled = (made, attributes, inside) => {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
};

export const element = (tag, attributes = {}, ...inside) => filled(document.createElement(tag), attributes, inside);

export const drawing = (tag, attributes = {}, ...inside) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, inside);
