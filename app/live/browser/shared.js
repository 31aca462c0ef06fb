/** @import { Mount } from "./mount.js" */
/** @import { Plotly } from "./plotly.d.ts" */
/** @import { Poller } from "./poller.js" */

/**
 * What all copies of this script on a page share: Streamlit may load it more than once.
 * @type {{
 *   mounts: Map<HTMLElement, Mount>,
 *   pollers: Map<string, Poller>,
 *   libraries: Map<string, Promise<Plotly>>,
 *   watching?: number,
 *   moves: number,
 *   heard: number,
 *   telling?: number,
 * }}
 */
export const shared = (/** @type {any} */ (globalThis).mlpExplorer ??= {
  mounts: new Map(),
  pollers: new Map(),
  libraries: new Map(),
  moves: 0,
  heard: 0,
});
