/** @import { Plotly, Point } from "./plotly.d.ts" */
/** @import { Picture } from "./protocol.d.ts" */
import { Chart } from "./chart.js";
import { save } from "./saving.js";

const MARGIN = 0.25; // of the window's height: what is so near will be seen soon

/** One picture of a job. It takes in what the route sends, and draws it when it is told to. */
export class Cell {
  job = ""; // whose picture was taken in
  name = ""; // of its file
  version = -1; // of the job's status that is shown
  stale = false; // whether something was taken in that is not drawn
  /** @type {Picture["kind"] | null} */
  kind = null; // of what is drawn
  /** @type {Picture["kind"] | null} */
  waiting = null; // of what was taken in
  /** @type {string[]} */
  hashes = [];
  /** @type {Record<string, any>} */
  parts = {};

  /** @param {string} id @param {Element} parent @param {((point: Point) => void) | null} picked */
  constructor(id, parent, picked) {
    this.id = id;
    this.element = document.createElement("figure");
    this.element.className = "cell waiting";
    this.body = document.createElement("div");
    this.caption = document.createElement("figcaption");
    const saver = document.createElement("button");
    saver.className = "save";
    saver.title = saver.ariaLabel = "Save as PNG";
    saver.textContent = "⤓";
    saver.onclick = () => {
      const { plotly } = this.chart;
      if (plotly) save(plotly, this.body, this.caption, this.name);
    };
    this.element.append(this.body, this.caption, saver);
    parent.append(this.element);
    this.chart = new Chart(this.body, picked);
    this.resizing = new ResizeObserver(() => {
      if (this.chart.drawn) requestAnimationFrame(() => this.chart.resize());
    });
    this.resizing.observe(this.body);
  }

  get inSight() {
    return this.within(0);
  }

  get near() {
    return this.within(MARGIN * innerHeight);
  }

  /** Whether it is drawn while a job goes on: what nobody sees can wait, if it has a picture at all. */
  get wanted() {
    return !this.kind || this.near;
  }

  /** Whether what was taken in is a figure in space, for which Plotly has code of its own. */
  get inSpace() {
    return Object.values(this.parts).some((part) => part.type?.endsWith("3d"));
  }

  /** @param {number} margin */
  within(margin) {
    const { top, bottom } = this.element.getBoundingClientRect();
    return bottom > -margin && top < innerHeight + margin;
  }

  get top() {
    return this.element.getBoundingClientRect().top;
  }

  /** Take in a picture of a job. @param {Picture} picture @param {string} job */
  take({ kind, parts, new: fresh }, job) {
    // A cell that came after the question waits for the answer to the next one.
    if (!parts.every((hash) => hash in this.parts || hash in fresh)) return;
    this.job = job;
    if (kind === this.waiting && parts.join() === this.hashes.join()) return;
    // Parts that stay are the same objects as before, so that Plotly sees they have not changed.
    const part = (/** @type {string} */ hash) => this.parts[hash] ?? unpack(fresh[hash]);
    this.parts = Object.fromEntries(parts.map((hash) => [hash, part(hash)]));
    this.hashes = parts;
    this.waiting = kind;
    this.stale = true;
  }

  /** Draw what was taken in. @param {() => Promise<Plotly>} load */
  async draw(load) {
    const plotly = this.waiting === "figure" ? await load() : null;
    if (!this.element.isConnected) return;
    this.stale = false;
    if (this.waiting !== this.kind) this.clear();
    this.kind = this.waiting;
    const [first, ...traces] = this.hashes.map((hash) => this.parts[hash]);
    const { aspect, caption } = this.kind === "figure" ? first.meta : {};
    this.element.classList.remove("waiting");
    this.element.classList.toggle("text", this.kind === "html");
    this.body.style.aspectRatio = aspect ?? "";
    if (plotly) {
      this.body.classList.toggle("free", !aspect);
      this.element.style.setProperty("--aspect", aspect ?? 1);
      this.caption.innerHTML = caption ?? "";
      this.element.classList.toggle("bare", !caption);
      await this.chart.draw(plotly, first, traces);
    } else {
      this.body.classList.remove("free");
      this.body.innerHTML = first;
    }
    this.body.dataset.frames = `${1 + Number(this.body.dataset.frames ?? 0)}`;
  }

  clear() {
    this.chart.clear();
    this.body.replaceChildren();
    this.caption.replaceChildren();
  }

  remove() {
    this.resizing.disconnect();
    this.clear();
    this.element.remove();
  }
}

/**
 * Arrays of float32 that came as {dtype, bdata}. Plotly could do this too, but would make new arrays
 * at each call and take them for new data.
 * @param {any} trace
 */
function unpack(trace) {
  for (const [name, value] of Object.entries(trace)) {
    if (value?.bdata) {
      trace[name] = new Float32Array(Uint8Array.from(atob(value.bdata), (c) => c.charCodeAt(0)).buffer);
    }
  }
  return trace;
}
