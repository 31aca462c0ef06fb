// Live figures. Each mount is a grid of cells, each cell one picture of a job. All mounts in the same
// slot of a page share one poller, which asks the route for what is newer than what they show.

/** @import { Call } from "../../streamlit.d.ts" */
/** @import { Placement } from "./protocol.d.ts" */
import { appRoot, isHere } from "./address.js";
import { readCommas } from "./comma.js";
import { Mount } from "./mount.js";
import { Poller } from "./poller.js";
import { shared } from "./shared.js";

const { mounts, pollers } = shared;

if (!shared.watching) {
  readCommas();
  shared.watching = setInterval(() => {
    for (const poller of pollers.values()) poller.look();
  }, 500);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const poller of pollers.values()) poller.ask();
  });
  // Streamlit asks for a run of the script too, but forgets why if another one is asked for.
  addEventListener("popstate", () => {
    if (!here()) return;
    shared.moves += 1;
    tell(1000);
  });
}

/** A grid on the page that the address is of, if there is one. */
function here() {
  const all = [...pollers.values()].flatMap((poller) => [...poller.mounts]);
  return all.find((mount) => mount.element.isConnected && isHere(mount.page));
}

/**
 * Say where the browser has gone, again and again until it is heard: what is said for a grid that the
 * page's script is just taking away is not.
 * @param {number} patience ms, doubled each time, for each time the script starts anew
 */
function tell(patience) {
  clearTimeout(shared.telling);
  if (shared.heard >= shared.moves) return;
  const address = Object.fromEntries(new URLSearchParams(location.search));
  here()?.move({ number: shared.moves, address });
  shared.telling = setTimeout(tell, patience, 2 * patience);
}

/** @param {Mount} mount */
function leave(mount) {
  for (const [key, poller] of pollers) if (poller.remove(mount)) pollers.delete(key);
}

/** @param {Call<Placement>} call */
export default function ({ data, parentElement, setTriggerValue }) {
  const mount = mounts.get(parentElement) ?? new Mount(parentElement);
  mounts.set(parentElement, mount);
  clearTimeout(mount.leaving);
  shared.heard = Math.max(shared.heard, data.moves);
  const pictures = mount.update(
    data,
    (state) => setTriggerValue("state", state),
    (move) => setTriggerValue("moved", move),
    data.pick && ((number) => setTriggerValue("picked", number)),
  );
  const key = `${data.watcher} ${data.slot}`;
  if (!pollers.get(key)?.mounts.has(mount)) leave(mount);
  const poller = pollers.get(key) ?? new Poller(data.watcher, data.slot, appRoot(data.page));
  pollers.set(key, poller);
  poller.add(mount, data, pictures);

  // Streamlit cleans up before each call too, so leave only if no call follows.
  return () => {
    mount.leaving = setTimeout(() => {
      leave(mount);
      mounts.delete(parentElement);
      mount.remove();
    }, 300);
  };
}
