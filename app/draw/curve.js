// A chart to draw a curve on: one value at each of some places. A stroke sets the places it passes;
// each place is also a slider, for the keyboard. The values go to the page when a stroke or a key ends.

/** @import { Call } from "../streamlit.d.ts" */
import { make, makeSvg, onStrokes } from "./shared.js";

const REACH = 0.15; // of the way to the next place: a stroke this near sets a place each time
const PAGE = 10; // steps that Page Up and Page Down move
/** @type {Record<string, number>} */
const CHANGES = { ArrowUp: 1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE, Enter: 0, " ": 0 };
/** @type {Record<string, number>} */
const NEIGHBOURS = { ArrowLeft: -1, ArrowRight: 1 };
const MOST_LABELS = 12; // along the x axis; half of them on a phone
const HIGH = 0.8; // of the height, above which there is no room for words over a place

/** @typedef {{ at: number, from: number, to: number, label: string }} Place */
/** @typedef {[number, number]} Point shares of the width and of the height, from the lower left */
/**
 * @typedef {{
 *   places: Place[], values: (number | null)[], low: number, high: number, step: number,
 *   ticks: number[], unit: string, title: string, along: string,
 * }} Data
 */

class Curve {
  changed = false;
  /** @type {number[]} */
  nearest = []; // how near a stroke has come to each place
  /** @type {Point} */
  last = [0, 0]; // of a stroke
  /** @type {(values: (number | null)[]) => void} */
  send = () => {};

  /** @param {Element} root @param {Data} data */
  constructor(root, { places, values, low, high, step, ticks, unit, title, along }) {
    this.places = places;
    this.values = [...values];
    this.low = low;
    this.high = high;
    this.step = step;
    this.unit = unit;
    root.replaceChildren();
    const hint = make(root, "p", { class: "hint" });
    hint.append("Draw your guess across the chart. ");
    make(hint, "span").append("With the keyboard: ←\u00a0→ for the next place, ↑\u00a0↓ for its value.");
    make(root, "div", { class: "title" }).append(title);
    this.area = make(root, "div", { class: "area mlp-pad", role: "group", "aria-label": title });
    make(root, "div", { class: "title along" }).append(along);
    const plot = { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" };
    const svg = makeSvg(this.area, "svg", plot);
    for (const tick of ticks) {
      const y = 1 - this.share(tick);
      makeSvg(svg, "line", { class: "grid", x1: 0, x2: 1, y1: y, y2: y });
      this.mark("y", "bottom", 1 - y, this.words(tick));
    }
    this.line = makeSvg(svg, "path", { class: "drawn" });
    const apart = Math.ceil(places.length / MOST_LABELS);
    places.forEach(({ at, label }, i) => {
      if (i % apart === 0) this.mark("x", "left", at, label, i % (2 * apart) ? "second" : "");
    });
    root.classList.toggle("many", places.length > MOST_LABELS / 2);
    this.sliders = places.map(({ at, label }, i) => {
      const slider = make(this.area, "div", {
        class: "place",
        role: "slider",
        tabindex: 0,
        "aria-label": `${along}: ${label}`,
        "aria-orientation": "vertical",
        "aria-valuemin": low,
        "aria-valuemax": high,
      });
      slider.style.left = `${100 * at}%`;
      slider.onkeydown = (event) => this.key(event, i);
      slider.onkeyup = slider.onblur = () => this.tell();
      return slider;
    });
    onStrokes(this.area, {
      begin: (event) => {
        this.nearest = places.map(() => Infinity);
        this.last = this.point(event);
        this.pass(this.last);
      },
      move: (event) => this.pass(this.point(event)),
      end: () => {
        for (const slider of this.sliders) slider.classList.remove("held");
        this.tell();
      },
    });
    places.forEach((_, i) => this.show(i));
  }

  /**
   * @param {string} axis @param {"left" | "bottom"} side @param {number} share
   * @param {string} words @param {string} more
   */
  mark(axis, side, share, words, more = "") {
    const tick = make(this.area, "span", { class: `tick ${axis} ${more}`, "aria-hidden": "true" });
    tick.style[side] = `${100 * share}%`;
    tick.append(words);
  }

  /** @param {number} value */
  share(value) {
    return (value - this.low) / (this.high - this.low);
  }

  /** @param {number} value */
  words(value) {
    return `${value}${this.unit}`.replace("-", "−");
  }

  /** Where a pointer is. @param {PointerEvent} event @returns {Point} */
  point(event) {
    const { left, bottom, width, height } = this.area.getBoundingClientRect();
    return [(event.clientX - left) / width, (bottom - event.clientY) / height];
  }

  /**
   * Set the places that a stroke comes by on its way from the last point, each as near as it comes.
   * @param {Point} point
   */
  pass(point) {
    const [[x0, y0], [x1, y1]] = [this.last, point];
    this.last = point;
    const reach = REACH / this.places.length;
    this.places.forEach(({ at, from, to }, i) => {
      const x = Math.min(Math.max(at, Math.min(x0, x1)), Math.max(x0, x1));
      const distance = Math.abs(x - at);
      const near = from <= x && x <= to && distance <= Math.max(this.nearest[i], reach);
      this.sliders[i].classList.toggle("held", near);
      if (!near) return;
      this.nearest[i] = distance;
      const y = x0 === x1 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
      this.set(i, this.low + y * (this.high - this.low));
    });
  }

  /** Give a place the nearest value that may be guessed. @param {number} i @param {number} value */
  set(i, value) {
    const steps = Math.round((value - this.low) / this.step);
    const snapped = Number((this.low + steps * this.step).toPrecision(12));
    const kept = Math.min(Math.max(snapped, this.low), this.high);
    if (kept === this.values[i]) return;
    this.values[i] = kept;
    this.changed = true;
    this.show(i);
  }

  /** @param {KeyboardEvent} event @param {number} i */
  key(event, i) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in NEIGHBOURS) this.sliders[i + NEIGHBOURS[event.key]]?.focus();
    else if (event.key in CHANGES) this.set(i, this.start(i) + CHANGES[event.key] * this.step);
    else if (event.key === "Home") this.set(i, this.low);
    else if (event.key === "End") this.set(i, this.high);
    else return;
    event.preventDefault();
  }

  /**
   * A place's value, or the one that the keyboard starts from: its left neighbour's or the middle.
   * @param {number} i
   */
  start(i) {
    return this.values[i] ?? this.values[i - 1] ?? (this.low + this.high) / 2;
  }

  /** @param {number} i */
  show(i) {
    const slider = this.sliders[i];
    const missing = this.values[i] === null;
    const value = this.values[i] ?? (this.low + this.high) / 2;
    slider.classList.toggle("missing", missing);
    slider.classList.toggle("high", this.share(value) > HIGH);
    slider.style.bottom = `${100 * this.share(value)}%`;
    slider.setAttribute("aria-valuenow", `${value}`);
    slider.setAttribute("aria-valuetext", missing ? "not drawn yet" : this.words(value));
    const points = this.values.map((at, k) => at !== null && [this.places[k].at, 1 - this.share(at)]);
    const path = points.map((point, k) => point && `${points[k - 1] ? "L" : "M"}${point}`);
    this.line.setAttribute("d", path.filter(Boolean).join(""));
  }

  tell() {
    if (this.changed) this.send([...this.values]);
    this.changed = false;
  }
}

/** @type {WeakMap<Element, Curve>} */
const curves = new WeakMap();

/** @param {Call<Data>} call */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {Element} */ (parentElement.querySelector(".mlp-curve"));
  const curve = curves.get(root) ?? new Curve(root, data);
  curves.set(root, curve);
  curve.send = (values) => setStateValue("curve", values);
}
