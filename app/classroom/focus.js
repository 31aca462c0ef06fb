// Puts the focus on a question that has just been answered or asked again.

/** @import { Call } from "../streamlit.d.ts" */

let last = 0;

/** @param {Call<{ turn: number }>} call */
export default function ({ data, parentElement }) {
  if (data.turn === last) return; // it is only drawn again
  last = data.turn;
  const question = /** @type {HTMLElement} */ (parentElement.closest("[class*=st-key-question]"));
  question.tabIndex = -1;
  question.focus();
}
