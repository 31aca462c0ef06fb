// A plane to draw labelled points on. A click is a point, a drag sprays several; what is on the
// plane goes to the page as CSV whenever a stroke ends.

const SIZE = 0.032; // a point's radius, in units of the plane
const SPACING = 0.07; // of two sprayed clusters
const SPRAYED = 2; // points a cluster
const JITTER = 0.045; // how far sprayed points lie from the pointer: a standard deviation
const PACE = 0.1; // of the cursor that arrow keys move
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

class Plane {
  constructor(root, { half_width: half, most, classes, outline, csv }) {
    Object.assign(this, { half, most, classes, chosen: 0, cursor: [0, 0] });
    this.strokes = []; // each a list of {x, y, label, element}
    root.replaceChildren();
    root.style.setProperty("--outline", outline);
    this.plane(root);
    this.tools(make(root, "div", { class: "tools" }));
    const before = read(csv).filter(({ x, y, label }) => this.holds(x, y) && classes[label]);
    if (before.length) this.strokes.push(before.map((point) => this.show(point)));
    this.choose(0);
    this.tell();
  }

  tools(parent) {
    const group = make(parent, "div", { class: "buttons", role: "group", "aria-label": "Class" });
    this.buttons = this.classes.map(({ colour, path }, label) => {
      const button = make(group, "button", { type: "button" });
      button.title = `Class ${label}`;
      const icon = make(button, "svg:svg", { viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": "true" });
      make(icon, "svg:path", { d: path, fill: colour });
      button.append(label);
      button.setAttribute("aria-label", `Class ${label}`);
      button.onclick = () => this.choose(label);
      return button;
    });
    const actions = make(parent, "div", { class: "buttons" });
    this.undo = make(actions, "button", { type: "button" });
    this.undo.append("Undo");
    this.undo.onclick = () => this.remove(this.strokes.slice(-1));
    this.clear = make(actions, "button", { type: "button" });
    this.clear.append("Clear");
    this.clear.onclick = () => this.remove(this.strokes);
    this.count = make(parent, "span", { class: "count", role: "status" });
  }

  choose(label) {
    this.chosen = label;
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === label));
  }

  plane(root) {
    const { half } = this;
    this.svg = make(root, "svg:svg", {
      class: "plane mlp-pad",
      viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`,
      tabindex: 0,
      role: "application",
      "aria-label": `Plane from −${half} to ${half}: arrow keys move, Enter adds a point`,
    });
    for (const at of [-1, 0, 1]) {
      make(this.svg, "svg:line", { class: "grid", x1: at, x2: at, y1: -half, y2: half });
      make(this.svg, "svg:line", { class: "grid", y1: at, y2: at, x1: -half, x2: half });
      const words = `${at}`.replace("-", "−");
      make(this.svg, "svg:text", { class: "mark", x: at + 0.02, y: half - 0.03 }).append(words);
      make(this.svg, "svg:text", { class: "mark", x: 0.03 - half, y: -at - 0.02 }).append(words);
    }
    this.points = make(this.svg, "svg:g");
    this.cross = make(this.svg, "svg:path", { class: "cursor", d: "M-0.07,0H0.07M0,-0.07V0.07" });
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
  }

  // Where a pointer is, in the plane.
  place(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      this.svg.getScreenCTM().inverse(),
    );
    return [x, -y];
  }

  holds(x, y) {
    return Math.abs(x) <= this.half && Math.abs(y) <= this.half;
  }

  spray(x, y) {
    if (Math.hypot(x - this.last[0], y - this.last[1]) < SPACING) return;
    this.last = [x, y];
    for (let i = 0; i < SPRAYED; i++) this.add(x + JITTER * normal(), y + JITTER * normal());
  }

  add(x, y) {
    if (!this.holds(x, y) || this.total >= this.most) return;
    const point = { x: Math.round(x * 1000) / 1000, y: Math.round(y * 1000) / 1000 };
    this.strokes.at(-1).push(this.show({ ...point, label: this.chosen }));
  }

  show(point) {
    const { colour, path } = this.classes[point.label];
    const transform = `translate(${point.x} ${-point.y}) scale(${SIZE})`;
    const element = make(this.points, "svg:path", { d: path, fill: colour, transform });
    return { ...point, element };
  }

  key(event) {
    const way = ARROWS[event.key];
    if (way) {
      this.cursor = this.cursor.map((at, i) => {
        const to = at + way[i] * PACE;
        return Math.abs(to) <= this.half ? to : at;
      });
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

  remove(strokes) {
    for (const { element } of strokes.flat()) element.remove();
    this.strokes = this.strokes.filter((stroke) => !strokes.includes(stroke));
    this.tell(true);
  }

  get total() {
    return this.points.childElementCount;
  }

  // Say what is there, to who looks and, after a change, to the page.
  tell(changed = false) {
    this.strokes = this.strokes.filter((stroke) => stroke.length);
    this.undo.disabled = this.clear.disabled = !this.total;
    const full = this.total >= this.most ? ": no more will fit" : "";
    this.count.textContent = `${this.total} ${this.total === 1 ? "point" : "points"}${full}`;
    if (changed) this.send(write(this.strokes.flat()));
  }
}

const write = (points) =>
  ["x,y,label", ...points.map(({ x, y, label }) => `${x},${y},${label}`)].join("\n");

const read = (csv) =>
  csv
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .map(([x, y, label]) => ({ x: Number(x), y: Number(y), label: Number(label) }));

const planes = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".mlp-draw");
  if (!planes.has(root)) planes.set(root, new Plane(root, data));
  planes.get(root).send = (csv) => setStateValue("csv", csv);
}
