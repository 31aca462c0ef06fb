// Keys that work anywhere on a page, unless a control has use for them.

/** @import { Call } from "../streamlit.d.ts" */

/** @type {Record<string, string>} */
const NAMES = { " ": "space", ArrowLeft: "left", ArrowRight: "right" };
const TAKEN =
  "input, textarea, select, [contenteditable=true], [role=slider], [role=radio], [role=tab], [role=combobox], [role=listbox]";
const TAKEN_FROM_SPACE = "button, a, summary";

/** @param {Call} call */
export default function ({ setTriggerValue }) {
  /** @param {KeyboardEvent} event */
  const listen = (event) => {
    const { key } = event;
    const target = /** @type {Element} */ (event.target);
    if (!(key in NAMES) || event.repeat || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (target.closest(TAKEN) || (key === " " && target.closest(TAKEN_FROM_SPACE))) return;
    event.preventDefault();
    setTriggerValue("pressed", NAMES[key]);
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}
