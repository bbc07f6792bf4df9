// One result, and what is said of it.

import { kept } from "./kept.js";
import { $, readOnly, say, spoken } from "./page.js";
import { person } from "./person.js";
import { documentAt } from "./server.js";
import { showAsRead, showPictures } from "./shown.js";

const row = document.body.dataset; // seen: of the last answer that stands on this page

async function reload() {
  const fresh = await documentAt(location.href);
  for (const id of ["facts", "history"]) {
    const now = fresh.getElementById(id);
    if (now) $(id).replaceWith(document.adoptNode(now));
  }
  row.seen = fresh.body.dataset.seen ?? row.seen;
}

function answer(label) {
  if (readOnly) return;
  if (!person.isNamed) { person.askName(() => answer(label)); return; }
  const { id, file, seen } = row;
  say(`${file}: ${spoken(label)}, saving …`);
  kept.save({ id, file, seen: Number(seen) }, label, reload);
}

function start() {
  showPictures(row);
  showAsRead(row);
}

export const result = {
  start,
  row: () => row,
  answer,
  walks: {},
  ofUndo: () => ({ id: row.id }),
  unsaid: () => {}, // the page shows what is saved
  undone: reload,
};
