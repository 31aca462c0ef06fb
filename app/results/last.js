/** Under which name a browser keeps the page it saw last; nothing of it leaves the browser. */
export const LAST = "mlp-explorer-last";
