// All that Streamlit sends with each grid: it loads the script of live figures, once a page.

/** @import { Call } from "../../streamlit.d.ts" */
/** @import { Placement } from "./protocol.d.ts" */
import { appRoot } from "./address.js";

const AGAIN = 1000; // ms until what did not come is asked for once more

/** @param {string} address @returns {Promise<typeof import("./live.js")>} */
const load = (address) =>
  import(address).catch(async () => {
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    // Some browsers never ask twice for the same address.
    return load(`${address.split("?")[0]}?${Date.now()}`);
  });

/** @param {Call<Placement>} call */
export default function (call) {
  let left = false;
  let leave = () => {};
  // Streamlit runs this from a blob, from which a path leads nowhere.
  const root = `${location.origin}${appRoot(call.data.page)}`;
  load(`${root}/live${call.data.script}`).then(({ default: place }) => {
    if (!left) leave = place(call);
  });
  return () => {
    left = true;
    leave();
  };
}
