// A plane to draw labelled points on. A click is a point, a drag sprays several; what is on the
// plane goes to the page as CSV whenever a stroke ends.

/** @import { Call } from "../streamlit.d.ts" */
import { make, makeSvg, onStrokes } from "./shared.js";

const SIZE = 0.032; // a point's radius, in units of the plane
const SPACING = 0.07; // of two sprayed clusters
const SPRAYED = 2; // points a cluster
const JITTER = 0.045; // how far sprayed points lie from the pointer: a standard deviation
const PACE = 0.1; // of the cursor that arrow keys move
/** @type {Record<string, Place>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

/** @typedef {[number, number]} Place x and y */
/** @typedef {{ x: number, y: number, label: number }} Point */
/** @typedef {Point & { element: Element }} Shown a point on the plane */
/**
 * @typedef {{
 *   half_width: number, most: number, classes: { colour: string, path: string }[],
 *   outline: string, csv: string,
 * }} Data
 */

class Plane {
  chosen = 0; // class of the next point
  /** @type {Place} */
  cursor = [0, 0];
  /** @type {Place} */
  last = [0, 0]; // of a stroke
  /** @type {Shown[][]} */
  strokes = [];
  /** @type {(csv: string) => void} */
  send = () => {};

  /** @param {HTMLElement} root @param {Data} data */
  constructor(root, { half_width: half, most, classes, outline, csv }) {
    this.half = half;
    this.most = most;
    this.classes = classes;
    root.replaceChildren();
    root.style.setProperty("--outline", outline);
    this.svg = makeSvg(root, "svg", {
      class: "plane mlp-pad",
      viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
      tabindex: 0,
      role: "application",
      "aria-label": `Plane from −${half} to ${half}: arrow keys move, Enter adds a point`,
    });
    for (const at of [-1, 0, 1]) {
      makeSvg(this.svg, "line", { class: "grid", x1: at, x2: at, y1: -half, y2: half });
      makeSvg(this.svg, "line", { class: "grid", y1: at, y2: at, x1: -half, x2: half });
      const words = `${at}`.replace("-", "−");
      makeSvg(this.svg, "text", { class: "mark", x: at + 0.02, y: half - 0.03 }).append(words);
      makeSvg(this.svg, "text", { class: "mark", x: 0.03 - half, y: -at - 0.02 }).append(words);
    }
    this.points = makeSvg(this.svg, "g");
    this.cross = makeSvg(this.svg, "path", { class: "cursor", d: "M-0.07,0H0.07M0,-0.07V0.07" });
    onStrokes(this.svg, {
      begin: (event) => {
        this.last = this.place(event);
        this.strokes.push([]);
        this.add(...this.last);
      },
      move: (event) => this.spray(...this.place(event)),
      end: () => this.tell(true),
    });
    this.svg.onkeydown = (event) => this.key(event);
    this.spoken = make(root, "span", { class: "spoken", role: "status" });
    const tools = make(root, "div", { class: "tools" });
    const group = make(tools, "div", { class: "buttons", role: "group", "aria-label": "Class" });
    this.buttons = classes.map(({ colour, path }, label) => {
      const button = make(group, "button", { type: "button" });
      button.title = `Class ${label}`;
      const icon = makeSvg(button, "svg", { viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": "true" });
      makeSvg(icon, "path", { d: path, fill: colour });
      button.append(`${label}`);
      button.setAttribute("aria-label", `Class ${label}`);
      button.onclick = () => this.choose(label);
      return button;
    });
    const actions = make(tools, "div", { class: "buttons" });
    this.undo = make(actions, "button", { type: "button" });
    this.undo.append("Undo");
    this.undo.onclick = () => this.remove(this.strokes.slice(-1));
    this.clear = make(actions, "button", { type: "button" });
    this.clear.append("Clear");
    this.clear.onclick = () => this.remove(this.strokes);
    this.count = make(tools, "span", { class: "count", role: "status" });
    const before = read(csv).filter(({ x, y, label }) => this.holds(x, y) && classes[label]);
    if (before.length) this.strokes.push(before.map((point) => this.show(point)));
    this.choose(0);
    this.tell();
  }

  /** @param {number} label */
  choose(label) {
    this.chosen = label;
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", `${i === label}`));
  }

  /** Where a pointer is, in the plane. @param {PointerEvent} event @returns {Place} */
  place(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      /** @type {DOMMatrix} */ (this.svg.getScreenCTM()).inverse(),
    );
    return [x, -y];
  }

  /** @param {number} x @param {number} y */
  holds(x, y) {
    return Math.abs(x) <= this.half && Math.abs(y) <= this.half;
  }

  /** @param {number} x @param {number} y */
  spray(x, y) {
    if (Math.hypot(x - this.last[0], y - this.last[1]) < SPACING) return;
    this.last = [x, y];
    for (let i = 0; i < SPRAYED; i++) this.add(x + JITTER * normal(), y + JITTER * normal());
  }

  /** @param {number} x @param {number} y */
  add(x, y) {
    if (!this.holds(x, y) || this.total >= this.most) return;
    const point = { x: Math.round(x * 1000) / 1000, y: Math.round(y * 1000) / 1000 };
    this.strokes.at(-1)?.push(this.show({ ...point, label: this.chosen }));
  }

  /** @param {Point} point @returns {Shown} */
  show(point) {
    const { colour, path } = this.classes[point.label];
    const transform = `translate(${point.x} ${-point.y}) scale(${SIZE})`;
    const element = makeSvg(this.points, "path", { d: path, fill: colour, transform });
    return { ...point, element };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const way = ARROWS[event.key];
    if (way) {
      const to = (/** @type {0 | 1} */ i) => {
        const at = this.cursor[i] + way[i] * PACE;
        return Math.abs(at) <= this.half ? at : this.cursor[i];
      };
      this.cursor = [to(0), to(1)];
      this.cross.setAttribute("transform", `translate(${this.cursor[0]} ${-this.cursor[1]})`);
      const [x, y] = this.cursor.map((at) => at.toFixed(1).replace("-", "−"));
      this.spoken.textContent = `x ${x}, y ${y}`;
    } else if (event.key === "Enter" || event.key === " ") {
      this.strokes.push([]);
      this.add(...this.cursor);
      this.tell(true);
    } else return;
    event.preventDefault();
  }

  /** @param {Shown[][]} strokes */
  remove(strokes) {
    for (const { element } of strokes.flat()) element.remove();
    this.strokes = this.strokes.filter((stroke) => !strokes.includes(stroke));
    this.tell(true);
  }

  get total() {
    return this.points.childElementCount;
  }

  /** Say what is there, to who looks and, after a change, to the page. */
  tell(changed = false) {
    this.strokes = this.strokes.filter((stroke) => stroke.length);
    this.undo.disabled = this.clear.disabled = !this.total;
    const full = this.total >= this.most ? ": no more will fit" : "";
    this.count.textContent = `${this.total} ${this.total === 1 ? "point" : "points"}${full}`;
    if (changed) this.send(write(this.strokes.flat()));
  }
}

/** @param {Point[]} points */
const write = (points) =>
  ["x,y,label", ...points.map(({ x, y, label }) => `${x},${y},${label}`)].join("\n");

/** @param {string} csv */
const read = (csv) =>
  csv
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .map(([x, y, label]) => ({ x: Number(x), y: Number(y), label: Number(label) }));

/** @type {WeakMap<Element, Plane>} */
const planes = new WeakMap();

/** @param {Call<Data>} call */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".mlp-draw"));
  const plane = planes.get(root) ?? new Plane(root, data);
  planes.set(root, plane);
  plane.send = (csv) => setStateValue("csv", csv);
}
