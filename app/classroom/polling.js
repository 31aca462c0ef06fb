// How many phones chose what, as it changes.

/** @import { Call } from "../streamlit.d.ts" */

const EACH = 1000; // milliseconds

/** @param {Call<{ counts: string, html: string }>} call */
export default function ({ data, parentElement }) {
  const asked = /** @type {HTMLElement} */ (parentElement.querySelector(".mlp-asked"));
  asked.innerHTML = data.html;
  const rows = [...asked.querySelectorAll("li")];
  const total = /** @type {HTMLElement} */ (asked.querySelector(".total"));

  /** @param {number[]} counts */
  const show = (counts) => {
    const all = counts.reduce((sum, one) => sum + one, 0);
    for (const [place, row] of rows.entries()) {
      /** @type {HTMLElement} */ (row.querySelector("b")).textContent = `${counts[place]}`;
      const bar = /** @type {HTMLElement} */ (row.querySelector(".bar"));
      bar.style.width = `${(100 * counts[place]) / Math.max(all, 1)}%`;
    }
    const words = `${all} answer${all === 1 ? "" : "s"}`;
    if (total.textContent !== words) total.textContent = words;
  };

  const look = async () => {
    try {
      const answer = await fetch(data.counts);
      if (answer.ok) show((await answer.json()).counts);
    } catch {
      // The server is away; perhaps not for long.
    }
  };
  const timer = setInterval(() => document.hidden || look(), EACH);
  return () => clearInterval(timer);
}
