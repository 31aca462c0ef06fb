// A link to copy, and its code over the whole screen.

/** @import { Call } from "../streamlit.d.ts" */

/** @param {Call<{ link: string, code: string | null }>} call */
export default function ({ data, parentElement }) {
  const find = (/** @type {string} */ name) => parentElement.querySelector(name);
  const field = /** @type {HTMLInputElement} */ (find("input"));
  const [copy, show] = /** @type {HTMLElement[]} */ ([".copy", ".show"].map(find));
  const screen = /** @type {HTMLDialogElement} */ (find("dialog"));
  field.value = data.link;
  copy.onclick = async () => {
    let copied = true;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Over plain HTTP from another machine pages have no clipboard, but the old command.
      copied = document.execCommand("copy");
    }
    copy.textContent = copied ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (copy.textContent = "Copy link"), 2000);
  };
  show.hidden = !data.code;
  show.onclick = () => screen.showModal();
  screen.onclick = () => screen.close();
  /** @type {HTMLImageElement} */ (find("dialog img")).src = data.code ?? "";
  /** @type {HTMLElement} */ (find("dialog p")).textContent = data.link;
}
