/** @import { Plotly } from "./plotly.d.ts" */
import { shared } from "./shared.js";
import { Trouble } from "./trouble.js";

/**
 * A bundle of Plotly, loaded once a page. Each calls itself by the same name when it has come.
 * @param {string} address @returns {Promise<Plotly>}
 */
export function plotly(address) {
  const { libraries } = shared;
  const loaded =
    libraries.get(address) ??
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(globalThis.Plotly);
      script.onerror = () => {
        libraries.delete(address);
        reject(new Trouble("Connection lost"));
      };
      document.head.append(script);
    });
  libraries.set(address, loaded);
  return loaded;
}
