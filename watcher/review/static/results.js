// All results: a search that goes on, and how many are new since.

import { live } from "./live.js";
import { $, element, say } from "./page.js";
import { documentAt } from "./server.js";

const FULL = 50; // rows, as many as the server puts on a page
const cut = () => document.querySelector("#further a[data-cut]");
let searching = false;

// A search that needs longer than one answer may take goes on by itself, until a page is full or all was looked at.
async function goOn() {
  const rows = $("list").tBodies[0];
  if (!cut()) return;
  searching = true;
  for (let link; searching && rows.rows.length < FULL && (link = cut());) {
    const fresh = await documentAt(link.href).catch(() => null);
    const [more, further] = [fresh?.querySelector("#list tbody"), fresh?.getElementById("further")];
    if (!more || !further) break;
    rows.append(...Array.from(more.rows, (row) => document.adoptNode(row)));
    $("further").replaceChildren(...further.childNodes);
    if (cut()) addStop();
  }
  searching = false;
  say(rows.rows.length ? `${rows.rows.length} results` : "Nothing fits.");
}

function addStop() {
  const stop = element("button", { type: "button", class: "link" }, "Stop");
  stop.addEventListener("click", () => { searching = false; stop.remove(); });
  $("further").append("searching … ", stop);
}

function startFilters() {
  if (matchMedia("(min-width: 60rem)").matches) document.querySelector(".more-filters").open = true;
  for (const field of $("filters").elements) {
    field.addEventListener("change", () => { if (field.tagName === "SELECT") $("filters").requestSubmit(); });
  }
  $("filters").addEventListener("formdata", (event) => {
    for (const [key, value] of [...event.formData]) if (!value) event.formData.delete(key);
  });
  if (location.hash === "#search") $("search").focus();
}

function watchForNew() {
  let first = null;
  live.watch((now) => {
    first ??= now.results;
    const more = now.results - first;
    $("fresh").hidden = more <= 0;
    $("fresh").firstElementChild.textContent = `${more.toLocaleString("en")} new: show the newest`;
  });
}

function start() {
  startFilters();
  watchForNew();
  goOn();
}

export const results = { start };
