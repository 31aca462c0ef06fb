// Keeps in the browser which page it sees, for Home to lead back to it.

/** @import { Call } from "../streamlit.d.ts" */
import { LAST } from "./last.js";

/** @param {Call<{ page: string }>} call */
export default function ({ data }) {
  const timer = setInterval(() => {
    const { pathname, search } = location;
    if (!pathname.replace(/\/$/, "").endsWith(`/${data.page}`)) return;
    try {
      const seen = { address: pathname + search, title: document.title };
      localStorage.setItem(LAST, JSON.stringify(seen));
    } catch {
      // Private windows and frames of other sites may not.
    }
  }, 1000);
  return () => clearInterval(timer);
}
