/** @import { Move, Placement } from "./protocol.d.ts" */
/** @import { Point } from "./plotly.d.ts" */
/** @import { Poller } from "./poller.js" */
import { Cell } from "./cell.js";
import { StatusLine } from "./status.js";

/** A grid of cells, where a page has placed it; with a status line, if the page wants one. */
export class Mount {
  /** @type {Cell[]} */
  cells = [];
  /** @type {StatusLine | null} */
  status = null;
  /** @type {Poller | null} */
  poller = null;
  /** @type {number | undefined} */
  leaving = undefined;
  /** @type {(state: string) => void} */
  notify = () => {};
  /** @type {(move: Move) => void} */
  move = () => {};
  /** @type {((number: number) => void) | false} */
  pick = false;
  page = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /**
   * Returns whether there are pictures to ask for.
   * @param {Placement} data
   * @param {Mount["notify"]} notify @param {Mount["move"]} move @param {Mount["pick"]} pick
   */
  update(data, notify, move, pick) {
    const root = /** @type {HTMLElement} */ (this.element.querySelector(".mlp-live"));
    this.notify = notify;
    this.move = move;
    this.pick = pick;
    this.page = data.page;
    root.style.setProperty("--min", data.min_width);
    root.style.setProperty("--max", data.max_width);
    root.style.setProperty("--height", data.height);
    if (data.status) this.status ??= new StatusLine(root, () => this.poller?.replay);
    const before = this.cells.map((cell) => cell.id).join();
    data.views.forEach((id, place) => {
      const picked = data.pick ? (/** @type {Point} */ point) => this.picked(point) : null;
      const cell = (this.cells[place] ??= new Cell(id, root, picked));
      cell.id = id; // the picture stays until the new one is here
      cell.name = [data.page, data.names[place]].filter(Boolean).join("-");
    });
    this.cells.splice(data.views.length).forEach((cell) => cell.remove());
    return data.views.join() !== before;
  }

  /** A click on something with a number of its own, where the page cares. @param {Point} point */
  picked({ customdata }) {
    if (this.pick && Number.isInteger(customdata)) this.pick(Number(customdata));
  }

  remove() {
    this.cells.forEach((cell) => cell.remove());
    this.status?.element.remove();
  }
}
