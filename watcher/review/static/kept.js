// Answers that are kept here until they are saved: one after the other, in the order of the keys.

import { clock, say, spoken } from "./page.js";
import { person } from "./person.js";
import { send } from "./server.js";
import { tell, trouble } from "./trouble.js";

class Kept {
  #answers = []; // {row, label, done, seen}; seen: only where one insists against what was seen then
  #saving = false;
  #halt = null; // {failure, box} that has stopped it

  get rows() { return this.#answers.map((one) => one.row); }
  get isHalted() { return this.#halt !== null; }

  // done: what is done with the row when it is settled.
  save(row, label, done = () => {}) {
    this.#answers.push({ row, label, done });
    if (this.#halt) this.#stop(this.#halt.failure);
    this.#pump();
  }

  // The last answer's row, or null. The one that is on its way is taken back when it has arrived, by the server.
  takeBack() {
    if (this.#answers.length <= (this.#saving ? 1 : 0)) return null;
    const { row } = this.#answers.pop();
    if (this.#halt && this.#answers.length) this.#stop(this.#halt.failure);
    else this.#goOn();
    return row;
  }

  async arrival() {
    while (this.#saving) await new Promise((go) => setTimeout(go, 20));
  }

  async resume() {
    try {
      await person.comeInAgain();
    } catch (failure) {
      say(`Still not saved: ${failure.message}`);
      return;
    }
    this.#goOn();
    this.#pump();
  }

  // It is as it was, or what has to be done about it is something else by now.
  stillFails(failure) {
    if (this.#halt && failure.shut !== this.#halt.failure.shut) this.#stop(failure);
  }

  async #pump() {
    if (this.#saving || this.#halt) return;
    this.#saving = true;
    while (this.#answers.length && !this.#halt) {
      try {
        await this.#saveOne(this.#answers[0]);
        this.#answers.shift();
      } catch (failure) {
        if (failure.unreachable || failure.shut) this.#stop(failure);
        else { this.#answers.shift(); tell("Not saved", failure); }
      }
    }
    this.#saving = false;
  }

  async #saveOne({ row, label, done, seen }) {
    try {
      const told = await send("/api/say", { id: row.id, label, seen: seen ?? row.seen });
      Object.assign(row, told.row, { said: label });
      say(`${row.file}: ${spoken(label)}${told.written ? ", saved" : ", noted; the daemon writes it when it gets on"}`);
      done(row);
    } catch (failure) {
      if (failure.status !== 409) throw failure;
      this.#conflict(row, label, failure, done);
    }
  }

  #conflict(row, label, failure, done) {
    const last = failure.told.last;
    if (failure.told.row) Object.assign(row, failure.told.row);
    const theirs = last ? `${last.by} has said “${last.words}” at ${clock(last.at)}.` : failure.message;
    trouble(`${row.file}: not saved`, [theirs, `You said “${spoken(label)}”.`], [
      ["Keep theirs (k)", "k", () => { row.said = last?.label ?? ""; say(`${row.file}: left as it is`); done(row); }],
      [`Insist on ${spoken(label)} (i)`, "i", () => this.#insist({ row, label, done, seen: row.seen })],
    ]);
  }

  #insist(answer) {
    this.#answers.push(answer);
    this.#pump();
  }

  #stop(failure) {
    this.#halt?.box.remove();
    const count = this.#answers.length === 1 ? "1 answer is" : `${this.#answers.length} answers are`;
    const why = failure.shut
      ? "This page is no longer let in. Open the printed address, or log in, in another tab; then try again here."
      : `${failure.message[0].toUpperCase()}${failure.message.slice(1)}. It is tried again by itself.`;
    const answers = this.#answers.map((one) => `${one.row.file}: ${spoken(one.label)}`).join("; ");
    const choices = [["Try again", "r", () => this.resume()]];
    const box = trouble(`Not saved yet: ${count} kept here`, [why, answers], choices, { stays: true });
    this.#halt = { failure, box };
  }

  #goOn() {
    this.#halt?.box.remove();
    this.#halt = null;
  }
}

export const kept = new Kept();

addEventListener("beforeunload", (event) => { if (kept.rows.length) event.preventDefault(); });
