// The decimal comma in fields for numbers. A browser whose language has one understands it; others
// drop it, and 0,01 would be 1.

const DROPPED = !new Intl.NumberFormat().format(1.5).includes(",");

/** @param {InputEvent} event */
function mend(event) {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.type !== "number") return;
  const typed = event.data ?? "";
  if (Number.isInteger(Number(field.step)) || !/^[^.,]*,[^.,]*$/.test(typed)) return;
  event.preventDefault();
  document.execCommand("insertText", false, typed.replace(",", "."));
}

/** Read a decimal comma on this page, wherever the browser does not. */
export function readCommas() {
  if (DROPPED) document.addEventListener("beforeinput", mend);
}
