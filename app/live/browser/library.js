import { shared } from "./shared.js";
import { Trouble } from "./trouble.js";

/** Plotly, loaded once a page. @param {string} address */
export function plotly(address) {
  const { libraries } = shared;
  if (!libraries.has(address)) {
    const loaded = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => {
        libraries.delete(address);
        reject(new Trouble("Connection lost"));
      };
      document.head.append(script);
    });
    libraries.set(address, loaded);
  }
  return libraries.get(address);
}
