// Who one is: asked before the first answer, and told again to a server that was started anew.

import { $, readOnly } from "./page.js";
import { Failure, askWhoIAm, send } from "./server.js";

class Person {
  #name = document.body.dataset.name;
  #waiting = null; // what is done once somebody has said who they are

  start() {
    $("who-am-i")?.addEventListener("click", () => this.askName());
    $("who-form")?.addEventListener("submit", (event) => this.#begin(event));
  }

  get isNamed() { return Boolean(this.#name); }

  askName(waiting = this.#waiting) {
    this.#waiting = waiting;
    if ($("who").open) return;
    $("who").showModal();
    $("who-name").select();
  }

  async comeInAgain() {
    const me = await askWhoIAm();
    if (me.read_only && !readOnly) throw new Failure(403, { message: "the page was started anew, to look only" });
    if (this.#name && !me.name && !readOnly) await send("/api/name", { name: this.#name });
  }

  async #begin(event) {
    event.preventDefault();
    try {
      this.#name = (await send("/api/name", { name: $("who-name").value })).name;
    } catch (failure) {
      $("who-problem").textContent = failure.message;
      return;
    }
    $("who-problem").textContent = "";
    $("who-am-i").textContent = this.#name;
    $("who").close();
    $("title").focus();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }
}

export const person = new Person();
