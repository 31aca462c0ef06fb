// Keeps what answers a question in sight, while pictures come, until somebody acts.

/** @import { Call } from "../streamlit.d.ts" */

const ACTS = ["wheel", "touchstart", "pointerdown", "keydown"];

// Pixels that a grid has at most which holds only a sentence.
const SENTENCE = 150;

let last = "";

/** @param {Call<{ opened: string }>} call */
export default function ({ data, parentElement }) {
  if (data.opened === last) return; // it is only drawn again
  last = data.opened;
  const look = /** @type {HTMLElement} */ (parentElement.closest(".st-key-look"));
  const page = /** @type {HTMLElement} */ (look.closest("[data-testid=stMain]"));
  const show = () => {
    if (!look.isConnected) return stop();
    const grids = /** @type {HTMLElement[]} */ ([...look.querySelectorAll(".mlp-live")]);
    const figures = grids.find((grid) => grid.offsetHeight > SENTENCE);
    page.scrollTop = 0; // what is above may have shrunk
    (figures ?? look).scrollIntoView({ block: "nearest" });
  };
  const sizes = new ResizeObserver(show);
  const stop = () => {
    sizes.disconnect();
    for (const act of ACTS) document.removeEventListener(act, stop);
  };
  for (const act of ACTS) document.addEventListener(act, stop, { passive: true });
  // From now on, through further runs of the page, which may put other elements above it.
  sizes.observe(look);
  sizes.observe(/** @type {HTMLElement} */ (look.closest("[data-testid=stMainBlockContainer]")));
}
