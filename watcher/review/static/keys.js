// Keys, and the buttons that mean the same. What they do is done in the order in which they were pressed.

import { kept } from "./kept.js";
import { $, kind, readOnly, say, spoken } from "./page.js";
import { send } from "./server.js";
import { choiceOf, tell } from "./trouble.js";

// An undo takes a while: keys after it mean what it brings back. Where it brings nothing, they mean nothing.
let turn = Promise.resolve();
let lost = 0;

export function inTurn(deed) {
  const before = lost;
  turn = turn.then(() => (before === lost ? deed() : null)).catch(() => {});
}

function answerAsRead(sheet) {
  const row = sheet.row();
  if (row?.prediction) sheet.answer(row.prediction);
  else if (row) say("Nothing was read here: press a digit, or n.");
}

async function undo(sheet) {
  const unsaid = kept.takeBack();
  if (unsaid) {
    say(`${unsaid.file}: taken back before it was saved`);
    sheet.unsaid(unsaid);
    return;
  }
  try {
    await kept.arrival();
    const { row, message } = await send("/api/undo", sheet.ofUndo());
    if (!row) { lost += 1; say(`Not undone: ${message}`); return; }
    say(`${row.file}: taken back${row.label ? `; ${spoken(row.label)} stands` : ""}`);
    await sheet.undone(row);
  } catch (failure) {
    lost += 1;
    if (failure.status === 409) tell("Not undone", failure);
    else say(`Not undone: ${failure.message}`);
  }
}

function search() {
  if (kind === "results") $("search").focus();
  else location.href = "/results#search";
}

const showHelp = () => $("help").showModal();

// Where rows are answered, all keys; elsewhere those that lead there.
function keysOf(sheet) {
  const keys = { "/": search };
  if ($("help")) keys["?"] = showHelp;
  if (!sheet?.answer) return keys;
  for (const digit of "0123456789") keys[digit] = () => sheet.answer(digit);
  keys.n = () => sheet.answer("not_a_digit");
  keys.Enter = () => answerAsRead(sheet);
  if (!readOnly) keys.u = () => undo(sheet);
  return { ...keys, ...sheet.walks };
}

function pressed(event, keys) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.repeat) return;
  if (document.querySelector("dialog[open]") || event.target.closest("input, select, textarea")) return;
  if ((event.key === "Enter" || event.key === " ") && event.target.closest("button, a, summary")) return;
  const choice = choiceOf(event.key);
  const deed = choice ? () => choice.click() : keys[event.key];
  if (!deed) return;
  event.preventDefault();
  inTurn(deed);
}

// After a click Enter must mean the picture, not the button once more; by keyboard the focus stays where it is.
function leaveAfterClick(button) {
  button.addEventListener("click", (event) => { if (event.detail) $("title").focus({ preventScroll: true }); });
}

export function startKeys(sheet) {
  const keys = keysOf(sheet);
  const onClick = (button, deed) => button?.addEventListener("click", () => inTurn(deed));
  document.addEventListener("keydown", (event) => pressed(event, keys));
  for (const button of document.querySelectorAll("#pad [data-label]")) {
    onClick(button, () => sheet.answer(button.dataset.label));
  }
  onClick($("confirm"), keys.Enter);
  onClick($("undo"), keys.u);
  document.querySelectorAll("#pad button, #walk button").forEach(leaveAfterClick);
  $("show-help")?.addEventListener("click", showHelp);
}
