// Timers of a page that nobody sees may run once a minute only; those of a worker always run.

const CODE = "onmessage = ({ data: [number, time] }) => setTimeout(postMessage, time, number)";

/** @type {Map<number, () => void>} */
const waiting = new Map();
/** @type {Worker | null} */
let worker = null;
let last = 0;

/** Waits, whether the page is seen or not. @param {number} time in ms @returns {Promise<void>} */
export function waited(time) {
  worker ??= start();
  worker.postMessage([++last, time]);
  return new Promise((resolve) => waiting.set(last, resolve));
}

function start() {
  const worker = new Worker(URL.createObjectURL(new Blob([CODE], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => {
    waiting.get(data)?.();
    waiting.delete(data);
  };
  return worker;
}
