/** @import { Answer, Placement, Question } from "./protocol.d.ts" */
/** @import { Cell } from "./cell.js" */
/** @import { Mount } from "./mount.js" */
import { waited } from "./clock.js";
import { plotly } from "./library.js";
import { News } from "./news.js";
import { Replay } from "./replay.js";
import { themeOf } from "./theme.js";
import { aborted, reached, Trouble } from "./trouble.js";

const RETRY = [500, 1000, 2000, 4000]; // ms to wait after failures in a row
const GATHER = 15; // ms in which to wait for more grids
const SETTLE = 500; // ms a moment is looked at before pictures out of sight follow
const BREATH = 25; // ms of drawing after which the browser may show what has been drawn
const SHARE = 2; // times as long as a moment is drawn, a page lets its job go on before the next
const LONGEST_REST = 500; // ms
// ms between the questions of a page that nobody sees. None of them stays open: all tabs of a browser
// may share six connections.
const UNSEEN = 2000;

/** Lets the browser show what has been drawn; a page that nobody sees gets no frames to wait for. */
const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });

/**
 * A long poll for all the pictures that a page shows in one slot. It brings pictures of the job that
 * the page's script has chosen, also before the page itself is drawn again.
 */
export class Poller {
  /** @type {Set<Mount>} */
  mounts = new Set();
  replay = new Replay(this);
  news = new News((state) => [...this.mounts][0]?.notify(state));
  job = ""; // of the latest answer
  version = -1;
  rest = 0; // ms to leave between two moments
  asks = 0;
  theme = ""; // of the latest question
  hurry = false; // whether the next question is for what is in sight, at once
  hurried = false; // whether such a question is open
  libraries = { plane: "", space: "" }; // their addresses
  /** @type {number | undefined} */
  gathering = undefined;
  /** @type {Promise<void> | null} */
  running = null;
  /** @type {AbortController | null} */
  request = null;
  wake = () => {};

  /** @param {string} watcher @param {string} slot @param {string} root of the app */
  constructor(watcher, slot, root) {
    this.watcher = watcher;
    this.slot = slot;
    this.root = root;
  }

  /**
   * Take in what the page's script has placed.
   * @param {Mount} mount @param {Placement} data @param {boolean} pictures whether it has new ones
   */
  add(mount, { job, state, plotly: plane, plotly_3d: space }, pictures) {
    this.libraries = { plane: `${this.root}/live${plane}`, space: `${this.root}/live${space}` };
    plotly(this.libraries.plane).catch(() => {}); // a failure is met when it is drawn with
    this.news.page = { job, state };
    this.news.tell();
    // Of another job than the page is placed for, an answer may lack pictures.
    const lacks = (/** @type {Cell} */ cell) => cell.job !== job && this.due(cell);
    const missing = pictures || (this.job === job && this.replay.moments && mount.cells.some(lacks));
    if (this.mounts.has(mount) && !missing) return;
    this.mounts.add(mount);
    mount.poller = this;
    // A page's grids come one after the other: wait for the last before asking for all.
    clearTimeout(this.gathering);
    this.gathering = setTimeout(() => {
      this.ask();
      this.running ??= this.loop();
    }, GATHER);
  }

  /** Let go of a grid. Returns whether it was the last one. @param {Mount} mount */
  remove(mount) {
    if (!this.mounts.delete(mount) || this.mounts.size) return false;
    this.request?.abort();
    this.wake();
    this.replay.stop();
    return true;
  }

  /**
   * Ask again now: for pictures that are new on the page, a new theme, or a page seen again. What is
   * in a hurry stays so.
   */
  ask() {
    this.asks += 1;
    this.outdate();
    this.hurry ||= this.hurried;
    this.request?.abort();
    this.wake();
  }

  /** Whether a moment that is asked for in a hurry has not come yet. */
  get awaited() {
    return this.hurry || this.hurried;
  }

  /** Ask for another moment, first for what is in sight. */
  hasten() {
    this.hurry = true;
    // One request at a time: the position wanted when it has been answered is asked for next.
    if (this.hurried) this.asks += 1;
    else this.ask();
  }

  /** Ask again if the page has turned dark or light, or a figure in space has come near. */
  look() {
    if (!this.mounts.size || !this.theme) return;
    const late = (/** @type {Cell} */ cell) => cell.inSpace && cell.version < this.version && cell.near;
    if (this.themeNow() !== this.theme || this.cells.some(late)) this.ask();
  }

  themeNow() {
    const [mount] = this.mounts;
    return themeOf(mount.element);
  }

  outdate() {
    for (const cell of this.cells) cell.version = -1;
  }

  get cells() {
    return [...this.mounts].flatMap((mount) => mount.cells);
  }

  async loop() {
    let failures = 0;
    /** @type {Promise<Answer> | null} */
    let asked = null;
    while (this.mounts.size) {
      try {
        const answer = await (asked ?? this.fetch());
        failures = 0;
        const cells = this.take(answer);
        // The next answer is on its way while this one is drawn.
        let turned = false;
        asked = this.fetch();
        // A failure is met when it is awaited.
        asked.then(({ job }) => (turned = job !== answer.job), () => {});
        await this.draw(answer, cells, () => turned);
      } catch (error) {
        asked = null;
        if (aborted(error)) continue;
        if (!(error instanceof Trouble)) {
          this.trouble("This page has an error: load it again.");
          throw error;
        }
        const wait = RETRY[Math.min(failures++, RETRY.length - 1)];
        this.trouble(`${error.message}. Trying again…`);
        await this.pause(wait);
      }
    }
    this.running = null;
  }

  /** Wait, unless there is something to ask. @param {number} time */
  pause(time) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        this.wake = resolve;
        waited(time).then(resolve);
      })
    );
  }

  /** @returns {Promise<Answer>} */
  async fetch() {
    const { replay } = this;
    const behind = (/** @type {Cell} */ cell) => cell.version !== this.version;
    if (replay.at !== null && this.cells.some(behind) && !this.hurry) await this.pause(SETTLE);
    else if (document.hidden && this.job) await this.pause(UNSEEN);
    if (!this.mounts.size) throw new DOMException("The page is left.", "AbortError");
    const { asks, hurry } = this;
    this.hurry = false;
    const asked = this.cells.filter((cell) => (hurry ? cell.inSight : this.due(cell)));
    const atOnce = document.hidden || asked.some(behind);
    const question = this.question(asked, atOnce ? -1 : this.version);
    this.hurried = hurry;
    const answer = await this.send(question).finally(() => (this.hurried = false));
    if (answer.job !== this.job) {
      replay.stop();
      replay.at = null;
      this.outdate();
    }
    this.job = answer.job;
    this.version = answer.version;
    replay.moments = answer.status.moments;
    if (asks === this.asks) for (const cell of asked) cell.version = answer.version;
    return answer;
  }

  /** @param {Question} question @returns {Promise<Answer>} */
  async send(question) {
    const { news } = this;
    this.request = new AbortController();
    const response = await reached(
      fetch(`${this.root}/live/frames`, {
        method: "POST",
        body: JSON.stringify(question),
        signal: this.request.signal,
      }),
    );
    if (response.status === 410) {
      news.status = { job: question.placed, state: "lost" };
      news.page.state = null; // said each time
      news.tell();
      throw new Trouble("This run was dropped");
    }
    if (!response.ok) throw new Trouble(`The server answered ${response.status}`);
    return reached(response.json());
  }

  /** @param {Cell[]} asked @param {number} version @returns {Question} */
  question(asked, version) {
    /** @type {Question["views"]} */
    const views = {};
    for (const { id, hashes } of asked) {
      // Cells with the same picture get what any of them lacks.
      views[id] = views[id]?.filter((hash) => hashes.includes(hash)) ?? hashes;
    }
    this.theme = this.themeNow();
    const { watcher, slot, job, theme } = this;
    const placed = this.news.page.job;
    const rest = Math.round(this.rest);
    return { watcher, slot, placed, theme, job, version, at: this.replay.at, rest, views };
  }

  /**
   * Whether a cell is drawn now: while there is more to come, not what nobody sees; in space, never that.
   * @param {Cell} cell
   */
  due(cell) {
    if (cell.inSpace) return cell.near;
    return this.news.status?.state !== "running" || this.replay.at !== null || cell.wanted;
  }

  /**
   * Take in an answer; returns the cells to draw, those in sight first, from the top.
   * @param {Answer} answer
   */
  take({ job, status, views }) {
    this.news.status = { job, state: status.state };
    for (const cell of this.cells) {
      if (views[cell.id]) cell.take(views[cell.id], job);
      if (!this.due(cell)) cell.version = -1;
    }
    const stale = this.cells.filter((cell) => cell.stale && cell.job === job && this.due(cell));
    const near = stale.filter((cell) => cell.inSight).sort((one, other) => one.top - other.top);
    return [...new Set([...near, ...stale])];
  }

  /**
   * Draw cells; of those out of sight only as long as the page does not turn to another job.
   * @param {Answer} answer @param {Cell[]} cells @param {() => boolean} turned
   */
  async draw({ status, spent }, cells, turned) {
    this.trouble("");
    for (const mount of this.mounts) mount.status?.show(status, this.replay);
    const began = performance.now();
    let since = began;
    for (const cell of cells) {
      // What is left out is drawn with the next answer.
      if ((this.hurry || turned()) && !cell.inSight) continue;
      await cell.draw(() => plotly(cell.inSpace ? this.libraries.space : this.libraries.plane));
      if (document.hidden || performance.now() - since < BREATH) continue;
      await painted();
      since = performance.now();
    }
    this.news.tell();
    if (!document.hidden) await painted();
    this.rest = Math.min(SHARE * (spent + performance.now() - began), LONGEST_REST);
  }

  /** @param {string} words */
  trouble(words) {
    for (const mount of this.mounts) mount.status?.trouble(words);
  }
}
