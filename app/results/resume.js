// A way back to the page that this browser saw last.

/** @import { Call } from "../streamlit.d.ts" */
import { LAST } from "./last.js";

/** The last page of the app that is served here, if this browser keeps one. */
function last() {
  try {
    const { address, title } = JSON.parse(localStorage.getItem(LAST) ?? "");
    return address.startsWith(location.pathname) ? { address, title } : null;
  } catch {
    return null;
  }
}

/** @param {Call<{ words: string }>} call */
export default function ({ data, parentElement }) {
  const found = last();
  const link = /** @type {HTMLAnchorElement} */ (parentElement.querySelector(".mlp-resume"));
  link.hidden = !found;
  if (!found) return;
  link.href = location.origin + found.address;
  link.textContent = `${data.words} ${found.title.replace(/ · MLP Explorer$/, "")}`;
}
