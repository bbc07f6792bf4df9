// The script of the review page. Whatever comes from the server is put in as text, never as HTML.

const page = document.body.dataset.page;
const readOnly = "readOnly" in document.body.dataset;
const tab = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const $ = (id) => document.getElementById(id);
const spoken = (label) => (label === "not_a_digit" ? "not a digit" : label || "–");
const say = (text) => { $("said").textContent = text; };

// ---- The server -------------------------------------------------------------------------------------------------

class Failure extends Error {
  constructor(status, told) {
    super(told.message || `the server answered ${status}`);
    this.status = status;
    this.told = told;
  }
  get unreachable() { return this.status === 0 || this.status >= 500; }
  get shut() { return this.status === 401 || this.status === 403; }
}

let csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

async function answer(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(20000), ...options });
  } catch {
    throw new Failure(0, { message: "the server does not answer" });
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(response.status, told);
  return told;
}

const ask = (path) => answer(path);
const send = (path, body) => answer(path, {
  method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body),
});

async function comeInAgain() {
  const me = await ask("/api/me");
  csrf = me.csrf;
  if (me.read_only && !readOnly) throw new Failure(403, { message: "the page was started anew, to look only" });
  if (name && !me.name && !readOnly) await send("/api/name", { name });
}

// ---- Who one is ---------------------------------------------------------------------------------------------------

let name = document.body.dataset.name ?? "";
let named = null; // what waits until somebody has said who they are

function askName() {
  const dialog = $("who");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  $("who-name").select();
}

async function begin(event) {
  event.preventDefault();
  try {
    name = (await send("/api/name", { name: $("who-name").value })).name;
  } catch (failure) {
    $("who-problem").textContent = failure.message;
    return;
  }
  $("who-problem").textContent = "";
  $("who-am-i").textContent = name;
  $("who").close();
  $("title").focus();
  named?.();
}

// ---- What is not saved, and why ------------------------------------------------------------------------------------

function trouble(title, lines, deeds) {
  const box = document.createElement("section");
  box.className = "trouble";
  box.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.textContent = title;
  box.append(heading);
  for (const line of lines) {
    const text = document.createElement("p");
    text.textContent = line;
    box.append(text);
  }
  const doing = document.createElement("p");
  doing.className = "doing";
  for (const [words, key, deed] of deeds) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.dataset.key = key;
    if (key) button.setAttribute("aria-keyshortcuts", key);
    button.addEventListener("click", () => { if (deed !== resume) box.remove(); $("title")?.focus(); deed(); });
    doing.append(button);
  }
  box.append(doing);
  $("troubles").append(box);
  return box;
}

const inTrouble = (key) => $("troubles")?.querySelector(`button[data-key="${key}"]`);

// ---- Saving: one after the other, in the order of the keys ----------------------------------------------------------

const saves = []; // {row, label, seen?, done}
let saving = false;
let halted = null; // the box that says that saving has stopped
let stopped = null; // the failure that stopped it

function save(row, label, done) {
  saves.push({ row, label, done });
  if (halted) halt(stopped);
  pump();
}

async function pump() {
  if (saving || halted) return;
  saving = true;
  while (saves.length && !halted) {
    try {
      await saveOne(saves[0]);
      saves.shift();
    } catch (failure) {
      if (failure.unreachable || failure.shut) halt(failure);
      else { saves.shift(); refuse(failure); }
    }
  }
  saving = false;
}

async function saveOne({ row, label, done, seen }) {
  try {
    const told = await send("/api/say", { id: row.id, label, seen: seen ?? row.seen });
    Object.assign(row, told.row, { said: label });
    say(`${row.file}: ${spoken(label)}${told.written ? ", saved" : ", noted; the daemon writes it when it gets on"}`);
    done?.(row);
  } catch (failure) {
    if (failure.status !== 409) throw failure;
    conflict(row, label, failure, done);
  }
}

function conflict(row, label, failure, done) {
  say("");
  const last = failure.told.last;
  if (failure.told.row) Object.assign(row, failure.told.row);
  const theirs = last ? `${last.by} has said “${last.words}” at ${clock(last.at)}.` : failure.message;
  trouble(`${row.file}: not saved`, [theirs, `You said “${spoken(label)}”.`], [
    ["Keep theirs (k)", "k", () => { row.said = last?.label ?? ""; say(`${row.file}: left as it is`); done?.(row); }],
    [`Insist on ${spoken(label)} (i)`, "i", () => { saves.push({ row, label, done, seen: row.seen }); pump(); }],
  ]);
}

function refuse(failure) {
  trouble("Not saved", [failure.message], [["Close", "k", () => {}]]);
}

function halt(failure) {
  say("");
  halted?.remove();
  stopped = failure;
  const count = saves.length === 1 ? "1 answer is" : `${saves.length} answers are`;
  const why = failure.shut
    ? "This page is no longer let in. Open the printed address, or log in, in another tab; then try again here."
    : `${failure.message[0].toUpperCase()}${failure.message.slice(1)}. It is tried again by itself.`;
  halted = trouble(`Not saved yet: ${count} kept here`, [
    why, saves.map((one) => `${one.row.file}: ${spoken(one.label)}`).join("; "),
  ], [["Try again", "r", resume]]);
}

async function resume() {
  try {
    await comeInAgain();
  } catch (failure) {
    say(`Still not saved: ${failure.message}`);
    return;
  }
  halted?.remove();
  halted = null;
  pump();
}

addEventListener("beforeunload", (event) => { if (saves.length) event.preventDefault(); });

// ---- Counts ---------------------------------------------------------------------------------------------------------

let counts = {};
const watchers = [];

async function poll() {
  try {
    counts = await ask("/api/live");
    if (halted) await resume();
    for (const word of ["open", "today", "results"]) put(word, counts[word].toLocaleString("en"));
    put("state", counts.state, counts.trouble || !["running", "stopped", "starting"].includes(counts.state), counts.trouble);
    for (const watch of watchers) watch(counts);
  } catch (failure) {
    put("state", failure.shut ? "not let in" : "no answer", true, failure.message);
    if (halted && failure.shut !== stopped.shut) halt(failure);
  }
}

function put(word, text, wrong = false, title = "") {
  const cell = document.querySelector(`[data-count="${word}"]`);
  if (cell.textContent !== text) cell.textContent = text;
  cell.classList.toggle("wrong", Boolean(wrong));
  cell.title = title ?? "";
}

function keepPolling() {
  let timer = null;
  const turn = async () => {
    if (!document.hidden) await poll();
    timer = setTimeout(turn, document.hidden ? 60000 : 1500);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { clearTimeout(timer); turn(); } });
  turn();
}

// ---- A picture and its facts -----------------------------------------------------------------------------------------

const clock = (at) => at.slice(11, 19) || at;
const views = new Map(); // id → promise of what its picture lacks

function view(id) {
  if (!views.has(id)) {
    views.set(id, ask(`/api/view/${id}`).catch((failure) => {
      views.delete(id);
      return { why: failure.message, picture: false, seen: false };
    }));
    if (views.size > 200) views.delete(views.keys().next().value);
  }
  return views.get(id);
}

function preload(row) {
  view(row.id);
  for (const kind of ["picture", "seen"]) new Image().src = `/pictures/${row.id}/${kind}.png`;
}

async function showPictures(id, file) {
  for (const kind of ["picture", "seen"]) {
    const image = $(kind);
    image.src = `/pictures/${id}/${kind}.png`;
    image.alt = kind === "picture" ? `the picture ${file}` : "the 28×28 that the network saw";
    image.hidden = false;
    $(`${kind}-why`).hidden = true;
  }
  const found = await view(id);
  if (shownId() !== id) return;
  for (const kind of ["picture", "seen"]) {
    if (found[kind]) continue;
    $(kind).hidden = true;
    $(`${kind}-why`).hidden = false;
    $(`${kind}-why`).textContent = found.why || "there is none";
  }
}

function bar(share) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "bar");
  svg.setAttribute("viewBox", "0 0 100 10");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("width", String(share * 100));
  rect.setAttribute("height", "10");
  svg.append(rect);
  return svg;
}

function showScores(row) {
  $("scores").replaceChildren(...row.scores.map((score) => {
    const line = document.createElement("li");
    line.classList.toggle("best", String(score.digit) === row.prediction);
    const digit = document.createElement("span");
    digit.textContent = score.digit;
    const number = document.createElement("span");
    number.className = "number";
    number.textContent = score.percent;
    line.append(digit, bar(score.share), number);
    return line;
  }));
}

function showFacts(row) {
  $("file").textContent = row.file;
  const digit = document.createElement("b");
  digit.textContent = row.prediction || "–";
  $("verdict").replaceChildren(digit, row.prediction ? ` read with ${row.percent}` : " nothing was read");
  $("detail").textContent = [row.why, row.detail].filter(Boolean).join(": ");
  $("when").textContent = `arrived ${row.arrived_at.slice(0, 19).replace("T", " ")} UTC`;
  $("when").dateTime = row.arrived_at;
  $("open").href = `/results/${row.id}`;
  showScores(row);
  $("corrections").replaceChildren(...row.corrections.map((one) => {
    const item = document.createElement("li");
    item.textContent = `${clock(one.at)} ${one.by}: ${one.words}`;
    return item;
  }));
  if ($("confirm")) {
    $("confirm").disabled = !row.prediction;
    $("confirm").firstElementChild.textContent = row.prediction ? `As read: ${row.prediction}` : "As read";
  }
}

// ---- The queue --------------------------------------------------------------------------------------------------------

const trail = []; // all that was shown, what is shown, and what comes next
let at = 0;
let fetching = false;
const current = () => trail[at];
const shownId = () => (page === "result" ? document.body.dataset.id : current()?.id);

function show() {
  const row = current();
  $("row").hidden = !row;
  $("empty").hidden = Boolean(row);
  if ($("pad")) $("pad").hidden = !row && !trail.length;
  for (const button of document.querySelectorAll("#pad [data-label], #confirm")) button.disabled = !row;
  $("walk").hidden = !trail.length;
  $("back").disabled = at === 0;
  $("next").disabled = !row;
  if (!row) {
    showEmpty();
    describe($("empty-title").textContent);
    return;
  }
  scrollTo(0, 0); // on a small screen the picture comes before its facts
  showFacts(row);
  showPictures(row.id, row.file);
  const answered = row.said ? `; you said ${spoken(row.said)}` : "";
  $("title").textContent = row.said ? `Said: ${spoken(row.said)}` : "Queue";
  describe(`${row.file}, ${row.prediction ? `read as ${row.prediction} with ${row.percent}` : "not read"}${row.why ? `, ${row.why}` : ""}${answered}`);
}

function showEmpty() {
  const others = counts.open > 0 && !saves.length;
  $("empty-title").textContent = others ? "All that is open lies before others" : "Nothing to look at";
  $("empty-text").textContent = others
    ? "What they leave, and what comes in, appears here by itself." : "What needs a person appears here by itself.";
}

// For those who hear the page: what was saved is told by one live region, what is shown now by another.
function describe(text) { $("shown").textContent = text; }

// What is this page's: what it holds ready, and what it is still saving.
const ready = () => trail.slice(at).filter((row) => !row.said).map((row) => row.id).slice(0, 20);
const unsaved = () => saves.map((one) => one.row.id).slice(0, 60);

async function refill(skip = "") {
  if (fetching && !skip) return;
  fetching = true;
  try {
    const { rows } = await send("/api/next", { tab, have: ready().filter((id) => id !== skip), saving: unsaved(), skip });
    const known = new Set([...unsaved(), ...trail.slice(at).map((row) => row.id)]);
    const fresh = rows.filter((row) => !known.has(row.id));
    const idle = !current();
    trail.push(...fresh);
    fresh.forEach(preload);
    if (idle) show();
  } catch (failure) {
    if (!current()) $("empty-title").textContent = failure.message;
  } finally {
    fetching = false;
  }
}

function forward() {
  at += 1;
  while (trail[at]?.said) at += 1;
  show();
  refill();
}

function decide(label) {
  const row = current();
  if (!row || readOnly) return;
  if (!name) { named = () => { named = null; decide(label); }; askName(); return; }
  row.said = label;
  say(`${row.file}: ${spoken(label)}, saving …`);
  save(row, label);
  forward();
}

function skip() {
  const row = current();
  if (!row) return;
  say(`${row.file}: skipped`);
  at += 1;
  show();
  refill(row.said ? "" : row.id);
}

function back() {
  if (at === 0) return;
  at -= 1;
  show();
}

function bringBack(row) {
  const found = trail.findIndex((one) => one.id === row.id);
  if (found >= 0) {
    Object.assign(trail[found], row, { said: row.label });
    at = found;
  } else {
    trail.splice(at, 0, { ...row, said: row.label });
  }
  show();
}

// An undo takes a while: keys after it mean what it brings back. Where it brings nothing, they mean nothing.
let turn = Promise.resolve();
let lost = 0;

function inTurn(deed) {
  const before = lost;
  turn = turn.then(() => (before === lost ? deed() : null)).catch(() => {});
}

async function undo() {
  const waiting = saves.length - (saving ? 1 : 0); // the one that is on its way is taken back when it has arrived
  if (waiting > 0) {
    const { row } = saves.pop();
    say(`${row.file}: taken back before it was saved`);
    if (halted && saves.length) halt(stopped);
    else if (halted) { halted.remove(); halted = null; }
    bringBack({ ...row, label: "" });
    return;
  }
  try {
    while (saving) await new Promise((go) => setTimeout(go, 20));
    const { row, message } = await send("/api/undo", page === "result" ? { id: shownId() } : {});
    if (!row) { lost += 1; say(`Not undone: ${message}`); return; }
    say(`${row.file}: taken back${row.label ? `; ${spoken(row.label)} stands` : ""}`);
    if (page === "result") await reload();
    else bringBack(row);
  } catch (failure) {
    lost += 1;
    if (failure.status === 409) trouble("Not undone", [failure.message], [["Close", "k", () => {}]]);
    else say(`Not undone: ${failure.message}`);
  }
}

function startQueue() {
  $("back").addEventListener("click", () => inTurn(back));
  $("next").addEventListener("click", () => inTurn(skip));
  watchers.push((now) => {
    if (trail.length - at < 4 && now.open > 0) refill();
    if (!current()) showEmpty();
  });
  addEventListener("pagehide", leave);
  setInterval(hold, 20000);
  refill().then(() => { if (!current()) show(); });
}

async function hold() {
  if (document.hidden) return;
  const { lost } = await send("/api/hold", { tab, have: [...ready(), ...unsaved()] }).catch(() => ({ lost: [] }));
  for (const id of lost) {
    const found = trail.findIndex((row) => row.id === id);
    if (found > at) trail.splice(found, 1);
    else if (found === at) say(`${trail[at].file} lies before another person too, by now`);
  }
}

// Somebody else may have them at once.
function leave() {
  fetch("/api/hold", {
    method: "POST", keepalive: true, body: JSON.stringify({ tab, have: [] }),
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  }).catch(() => {});
}

// ---- One result ---------------------------------------------------------------------------------------------------------

async function reload() {
  const text = await fetch(location.href, { cache: "no-store" }).then((response) => response.text());
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["facts", "history"]) {
    const now = fresh.getElementById(id);
    if (now) $(id).replaceWith(document.adoptNode(now));
  }
  document.body.dataset.seen = fresh.body.dataset.seen ?? document.body.dataset.seen;
}

function decideResult(label) {
  if (readOnly || !label) return;
  if (!name) { named = () => { named = null; decideResult(label); }; askName(); return; }
  const { id, file, seen } = document.body.dataset;
  say(`${file}: ${spoken(label)}, saving …`);
  save({ id, file, seen: Number(seen) }, label, reload);
}

function startResult() {
  const { id, file, prediction } = document.body.dataset;
  showPictures(id, file);
  if ($("confirm")) {
    $("confirm").disabled = !prediction;
    if (prediction) $("confirm").firstElementChild.textContent = `As read: ${prediction}`;
  }
}

// ---- All results ----------------------------------------------------------------------------------------------------------

let searching = false;

// A search that needs longer than one answer may take goes on by itself, until a page is full or all was looked at.
async function goOn() {
  const rows = $("list").tBodies[0];
  if (!document.querySelector("#further a[data-cut]")) return;
  searching = true;
  for (let link; searching && rows.rows.length < 50 && (link = document.querySelector("#further a[data-cut]"));) {
    const text = await fetch(link.href, { cache: "no-store" }).then((response) => response.text()).catch(() => "");
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const [more, further] = [fresh.querySelector("#list tbody"), fresh.getElementById("further")];
    if (!more || !further) break;
    rows.append(...Array.from(more.rows, (row) => document.adoptNode(row)));
    $("further").replaceChildren(...further.childNodes);
    if (document.querySelector("#further a[data-cut]")) addStop();
  }
  searching = false;
  say(rows.rows.length ? `${rows.rows.length} results` : "Nothing fits.");
}

function addStop() {
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "link";
  stop.textContent = "Stop";
  stop.addEventListener("click", () => { searching = false; stop.remove(); });
  $("further").append("searching … ", stop);
}

function startResults() {
  if (matchMedia("(min-width: 60rem)").matches) document.querySelector(".more-filters").open = true;
  for (const field of $("filters").elements) {
    field.addEventListener("change", () => { if (field.tagName === "SELECT") $("filters").requestSubmit(); });
  }
  $("filters").addEventListener("formdata", (event) => {
    for (const [key, value] of [...event.formData]) if (!value) event.formData.delete(key);
  });
  let first = null;
  watchers.push((now) => {
    first ??= now.results;
    const more = now.results - first;
    $("fresh").hidden = more <= 0;
    $("fresh").firstElementChild.textContent = `${more.toLocaleString("en")} new: show the newest`;
  });
  if (location.hash === "#search") $("search").focus();
  goOn();
}

// ---- Keys ---------------------------------------------------------------------------------------------------------------

const answerWith = (label) => (page === "result" ? decideResult(label) : decide(label));
const asRead = () => (page === "result" ? document.body.dataset.prediction : current()?.prediction);

function search() {
  if (page === "results") $("search").focus();
  else location.href = "/results#search";
}

const KEYS = {
  n: () => answerWith("not_a_digit"),
  u: () => (readOnly ? null : undo()),
  " ": skip, ArrowRight: skip, ArrowLeft: back,
  Enter: () => {
    if (asRead()) answerWith(asRead());
    else if (shownId()) say("Nothing was read here: press a digit, or n.");
  },
};

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input, select, textarea");
  if (typing) return;
  if ((event.key === "Enter" || event.key === " ") && event.target.closest("button, a, summary")) return;
  let deed = event.key === "/" ? search : null;
  if (event.key === "?" && $("help")) deed = () => $("help").showModal();
  const box = ["k", "i", "r"].includes(event.key) ? inTrouble(event.key) : null;
  if (box) deed = () => box.click();
  if (!deed && (page === "queue" || (page === "result" && !["ArrowLeft", "ArrowRight", " "].includes(event.key)))) {
    deed = /^[0-9]$/.test(event.key) ? () => answerWith(event.key) : KEYS[event.key];
  }
  if (!deed || (event.repeat && page !== "results")) return;
  event.preventDefault();
  inTurn(deed);
}

function startPad() {
  for (const button of document.querySelectorAll("#pad [data-label]")) {
    button.addEventListener("click", () => inTurn(() => answerWith(button.dataset.label)));
  }
  $("confirm")?.addEventListener("click", () => inTurn(KEYS.Enter));
  $("undo")?.addEventListener("click", () => inTurn(undo));
  // After a click Enter must mean the picture, not the button once more; by keyboard the focus stays where it is.
  for (const button of document.querySelectorAll("#pad button, #walk button")) {
    button.addEventListener("click", (event) => { if (event.detail) $("title").focus({ preventScroll: true }); });
  }
  $("show-help")?.addEventListener("click", () => $("help").showModal());
  $("who-am-i")?.addEventListener("click", askName);
  $("who-form")?.addEventListener("submit", begin);
}

document.addEventListener("keydown", pressed);
if ($("said")) {
  startPad();
  if (page === "queue") startQueue();
  if (page === "result") startResult();
  if (page === "results") startResults();
  if ((page === "queue" || page === "result") && !readOnly && !name && page === "queue") askName();
  keepPolling();
}
