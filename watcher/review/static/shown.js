// What is shown of a row: its picture, as the network saw it, its scores, and what people said of it.

import { $, clock, drawing, element } from "./page.js";
import { ask } from "./server.js";

const KINDS = ["picture", "seen"];
const VIEWS_KEPT = 200;
const views = new Map(); // id → promise of what its picture lacks
let shown = ""; // the id whose pictures were asked for last

const address = (id, kind) => `/pictures/${id}/${kind}.png`;

function view(id) {
  if (!views.has(id)) {
    views.set(id, ask(`/api/view/${id}`).catch((failure) => {
      views.delete(id);
      return { why: failure.message, picture: false, seen: false };
    }));
    if (views.size > VIEWS_KEPT) views.delete(views.keys().next().value);
  }
  return views.get(id);
}

export function preload({ id }) {
  view(id);
  for (const kind of KINDS) new Image().src = address(id, kind);
}

export async function showPictures({ id, file }) {
  shown = id;
  for (const kind of KINDS) {
    const image = $(kind);
    image.src = address(id, kind);
    image.alt = kind === "picture" ? `the picture ${file}` : "the 28×28 that the network saw";
    image.hidden = false;
    $(`${kind}-why`).hidden = true;
  }
  const found = await view(id);
  if (shown !== id) return;
  for (const kind of KINDS) {
    if (found[kind]) continue;
    $(kind).hidden = true;
    $(`${kind}-why`).hidden = false;
    $(`${kind}-why`).textContent = found.why || "there is none";
  }
}

const bar = (share) => drawing(
  "svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
  drawing("rect", { width: share * 100, height: 10 }),
);

function showScores(row) {
  $("scores").replaceChildren(...row.scores.map((score) => element(
    "li", String(score.digit) === row.prediction ? { class: "best" } : {},
    element("span", {}, score.digit), bar(score.share), element("span", { class: "number" }, score.percent),
  )));
}

export function showFacts(row) {
  const { prediction } = row;
  $("file").textContent = row.file;
  $("verdict").replaceChildren(
    element("b", {}, prediction || "–"), prediction ? ` read with ${row.percent}` : " nothing was read",
  );
  $("detail").textContent = [row.why, row.detail].filter(Boolean).join(": ");
  $("when").textContent = `arrived ${row.arrived_at.slice(0, 19).replace("T", " ")} UTC`;
  $("when").dateTime = row.arrived_at;
  $("open").href = `/results/${row.id}`;
  showScores(row);
  $("corrections").replaceChildren(
    ...row.corrections.map((one) => element("li", {}, `${clock(one.at)} ${one.by}: ${one.words}`)),
  );
}

// The button for what was read, where there is one: not on a page to look only.
export function showAsRead({ prediction }) {
  const confirm = $("confirm");
  if (!confirm) return;
  confirm.disabled = !prediction;
  confirm.firstElementChild.textContent = prediction ? `As read: ${prediction}` : "As read";
}
