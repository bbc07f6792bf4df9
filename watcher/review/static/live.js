// The counts, asked for again and again. Whether the server answers at all is noticed here first.

import { kept } from "./kept.js";
import { ask } from "./server.js";

const DAEMON_IS_WELL = ["running", "stopped", "starting"];

class Live {
  counts = {};
  #watches = [];

  watch(deed) { this.#watches.push(deed); }

  start() {
    let timer = null;
    const turn = async () => {
      if (!document.hidden) await this.#poll();
      timer = setTimeout(turn, document.hidden ? 60000 : 1500);
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { clearTimeout(timer); turn(); } });
    turn();
  }

  async #poll() {
    try {
      this.counts = await ask("/api/live");
      if (kept.isHalted) await kept.resume();
      const { state, trouble } = this.counts;
      for (const word of ["open", "today", "results"]) put(word, this.counts[word].toLocaleString("en"));
      put("state", state, trouble || !DAEMON_IS_WELL.includes(state), trouble);
      for (const watch of this.#watches) watch(this.counts);
    } catch (failure) {
      put("state", failure.shut ? "not let in" : "no answer", true, failure.message);
      kept.stillFails(failure);
    }
  }
}

function put(word, text, wrong = false, title = "") {
  const cell = document.querySelector(`[data-count="${word}"]`);
  if (cell.textContent !== text) cell.textContent = text;
  cell.classList.toggle("wrong", Boolean(wrong));
  cell.title = title ?? "";
}

export const live = new Live();
