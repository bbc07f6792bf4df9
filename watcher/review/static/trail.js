// All rows that lay before one, the one that does, and those that come next.

export class Trail {
  #rows = [];
  #at = 0;

  get current() { return this.#rows[this.#at]; }
  get isEmpty() { return !this.#rows.length; }
  get isAtStart() { return this.#at === 0; }
  get ahead() { return this.#rows.slice(this.#at); }

  add(rows) { this.#rows.push(...rows); }

  step() { this.#at += 1; }

  forward() {
    this.step();
    while (this.current?.said) this.step();
  }

  back() { this.#at -= 1; }

  // A row whose answer was taken back lies before one again, with the answer that stands now.
  bringBack(row) {
    const found = this.#rows.findIndex((one) => one.id === row.id);
    const again = { ...row, said: row.label };
    if (found < 0) {
      this.#rows.splice(this.#at, 0, again);
      return;
    }
    Object.assign(this.#rows[found], again);
    this.#at = found;
  }

  // A row that is not one's own any more does not come next.
  lose(id) {
    const found = this.#rows.findIndex((row, at) => at > this.#at && row.id === id);
    if (found > 0) this.#rows.splice(found, 1);
  }
}
