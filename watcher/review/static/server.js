// The server: questions, changes, pages, and how each fails.

export class Failure extends Error {
  constructor(status, told) {
    super(told.message || `the server answered ${status}`);
    this.status = status;
    this.told = told;
  }
  get unreachable() { return this.status === 0 || this.status >= 500; }
  get shut() { return this.status === 401 || this.status === 403; }
}

const LONGEST_MILLISECONDS = 20000;
let csrf = document.querySelector('meta[name="csrf"]').content;

async function answer(path, options) {
  let response;
  try {
    const signal = AbortSignal.timeout(LONGEST_MILLISECONDS);
    response = await fetch(path, { cache: "no-store", redirect: "error", signal, ...options });
  } catch {
    throw new Failure(0, { message: "the server does not answer" });
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(response.status, told);
  return told;
}

export const ask = (path) => answer(path);

export const send = (path, body, options) => answer(path, {
  method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body),
  ...options,
});

// Where one was let in anew, by another tab, changes need that session's token.
export async function askWhoIAm() {
  const me = await ask("/api/me");
  csrf = me.csrf;
  return me;
}

export async function documentAt(address) {
  const response = await fetch(address, { cache: "no-store" });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
