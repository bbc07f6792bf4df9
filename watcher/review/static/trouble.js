// Boxes that say what went wrong, and let choose by button or key what becomes of it.

import { $, element } from "./page.js";

// choices: [words, key, deed]. stays: the box is taken away by whoever made it, not by the choice.
export function trouble(title, lines, choices, { stays = false } = {}) {
  const buttons = choices.map(([words, key, deed]) => {
    const button = element("button", { type: "button", "data-key": key, "aria-keyshortcuts": key }, words);
    button.addEventListener("click", () => {
      if (!stays) box.remove();
      $("title").focus();
      deed();
    });
    return button;
  });
  const box = element("section", { class: "trouble", role: "alert" },
    element("h2", {}, title), ...lines.map((line) => element("p", {}, line)),
    element("p", { class: "doing" }, ...buttons));
  $("troubles").append(box);
  return box;
}

export const choiceOf = (key) =>
  Array.from($("troubles").querySelectorAll("button")).find((button) => button.dataset.key === key);

export const tell = (title, failure) => trouble(title, [failure.message], [["Close", "k", () => {}]]);
