// The queue: what needs a person comes one by one.

import { kept } from "./kept.js";
import { inTurn } from "./keys.js";
import { live } from "./live.js";
import { $, describe, readOnly, say, spoken } from "./page.js";
import { person } from "./person.js";
import { send } from "./server.js";
import { preload, showAsRead, showFacts, showPictures } from "./shown.js";
import { Trail } from "./trail.js";

const HOLD_MILLISECONDS = 20000;
const FEW = 4; // rows ahead, of which fewer are too few
const hexadecimal = (byte) => byte.toString(16).padStart(2, "0");
const tab = Array.from(crypto.getRandomValues(new Uint8Array(12)), hexadecimal).join("");
const trail = new Trail();
let fetching = false;

// What is this page's: what it holds ready, and what it is still saving.
const ready = () => trail.ahead.filter((row) => !row.said).map((row) => row.id).slice(0, 20);
const unsaved = () => kept.rows.map((row) => row.id).slice(0, 60);

function show() {
  const row = trail.current;
  $("row").hidden = !row;
  $("empty").hidden = Boolean(row);
  if ($("pad")) $("pad").hidden = trail.isEmpty;
  for (const button of document.querySelectorAll("#pad [data-label], #confirm")) button.disabled = !row;
  $("walk").hidden = trail.isEmpty;
  $("back").disabled = trail.isAtStart;
  $("next").disabled = !row;
  if (row) showRow(row);
  else {
    showEmpty();
    describe($("empty-title").textContent);
  }
}

function showRow(row) {
  scrollTo(0, 0); // on a small screen the picture comes before its facts
  showFacts(row);
  showAsRead(row);
  showPictures(row);
  $("title").textContent = row.said ? `Said: ${spoken(row.said)}` : "Queue";
  const read = row.prediction ? `read as ${row.prediction} with ${row.percent}` : "not read";
  const said = row.said ? `; you said ${spoken(row.said)}` : "";
  describe(`${row.file}, ${read}${row.why ? `, ${row.why}` : ""}${said}`);
}

function showEmpty() {
  const others = live.counts.open > 0 && !kept.rows.length;
  $("empty-title").textContent = others ? "All that is open lies before others" : "Nothing to look at";
  $("empty-text").textContent = others
    ? "What they leave, and what comes in, appears here by itself." : "What needs a person appears here by itself.";
}

async function refill(skipped = "") {
  if (fetching && !skipped) return;
  fetching = true;
  try {
    const have = ready().filter((id) => id !== skipped);
    const { rows } = await send("/api/next", { tab, have, saving: unsaved(), skip: skipped });
    const known = new Set([...unsaved(), ...trail.ahead.map((row) => row.id)]);
    const fresh = rows.filter((row) => !known.has(row.id));
    const idle = !trail.current;
    trail.add(fresh);
    fresh.forEach(preload);
    if (idle) show();
  } catch (failure) {
    if (!trail.current) $("empty-title").textContent = failure.message;
  } finally {
    fetching = false;
  }
}

function answer(label) {
  const row = trail.current;
  if (!row || readOnly) return;
  if (!person.isNamed) { person.askName(() => answer(label)); return; }
  row.said = label;
  say(`${row.file}: ${spoken(label)}, saving …`);
  kept.save(row, label);
  trail.forward();
  show();
  refill();
}

function skip() {
  const row = trail.current;
  if (!row) return;
  say(`${row.file}: skipped`);
  trail.step();
  show();
  refill(row.said ? "" : row.id);
}

function back() {
  if (trail.isAtStart) return;
  trail.back();
  show();
}

function bringBack(row) {
  trail.bringBack(row);
  show();
}

async function hold() {
  if (document.hidden) return;
  const { lost } = await send("/api/hold", { tab, have: [...ready(), ...unsaved()] }).catch(() => ({ lost: [] }));
  for (const id of lost) {
    if (trail.current?.id === id) say(`${trail.current.file} lies before another person too, by now`);
    else trail.lose(id);
  }
}

// Somebody else may have them at once; keepalive: also after the page is gone.
function leave() {
  send("/api/hold", { tab, have: [] }, { keepalive: true }).catch(() => {});
}

function start() {
  $("back").addEventListener("click", () => inTurn(back));
  $("next").addEventListener("click", () => inTurn(skip));
  live.watch((now) => {
    if (trail.ahead.length < FEW && now.open > 0) refill();
    if (!trail.current) showEmpty();
  });
  addEventListener("pagehide", leave);
  setInterval(hold, HOLD_MILLISECONDS);
  refill().then(() => { if (!trail.current) show(); });
  if (!readOnly && !person.isNamed) person.askName();
}

export const queue = {
  start,
  row: () => trail.current,
  answer,
  walks: { " ": skip, ArrowRight: skip, ArrowLeft: back },
  ofUndo: () => ({}), // the last answer, whatever it was about
  unsaid: (row) => bringBack({ ...row, label: "" }),
  undone: bringBack,
};
