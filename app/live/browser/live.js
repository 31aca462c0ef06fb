// Live figures. Each mount is a grid of cells, each cell one picture of a job. All mounts in the same
// slot of a page share one poller, which asks the route for what is newer than what they show.

/** @import { Call } from "../../streamlit.d.ts" */
/** @import { Placement } from "./protocol.d.ts" */
import { appRoot, isHere } from "./address.js";
import { Mount } from "./mount.js";
import { Poller } from "./poller.js";
import { shared } from "./shared.js";

const { mounts, pollers } = shared;

if (!shared.watching) {
  shared.watching = setInterval(() => {
    for (const poller of pollers.values()) poller.look();
  }, 500);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const poller of pollers.values()) poller.ask();
  });
  // Streamlit asks for a run of the script too, but forgets why if another one is asked for.
  addEventListener("popstate", () => {
    const [mount] = [...pollers.values()].flatMap((poller) => [...poller.mounts]);
    if (mount && isHere(mount.page)) mount.move(Object.fromEntries(new URLSearchParams(location.search)));
  });
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
  const pictures = mount.update(
    data,
    (state) => setTriggerValue("state", state),
    (address) => setTriggerValue("moved", address),
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
