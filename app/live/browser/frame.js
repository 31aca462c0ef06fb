/** @import { Layout, Point, Trace } from "./plotly.d.ts" */

/**
 * A frame around one picture of a grid: arrow keys move it, Enter does what a click does. To a screen
 * reader it is a slider whose value is the words on the picture.
 */
export class Frame {
  at = 0;

  /**
   * @param {HTMLElement} body @param {(point: Point) => void} picked
   * @param {Layout} layout @param {Trace} pictures
   */
  constructor(body, picked, layout, pictures) {
    this.picked = picked;
    this.element = document.createElement("div");
    this.element.className = "frame";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "slider");
    this.element.setAttribute("aria-label", "Choose: arrow keys move, Enter shows it large");
    this.element.setAttribute("aria-valuemin", "1");
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focus", () => this.say());
    body.append(this.element);
    this.layout = layout;
    this.pictures = pictures;
    this.take(layout, pictures);
    this.say(); // later only when asked: words that change with each frame are noise
  }

  /**
   * Take in where the pictures are, and what they are called.
   * @param {Layout} layout @param {Trace} pictures
   */
  take(layout, pictures) {
    this.layout = layout;
    this.pictures = pictures;
    this.move(Math.min(this.at, pictures.x.length - 1));
  }

  /** @param {number} to */
  move(to) {
    const { xaxis, yaxis, meta } = this.layout;
    const { side = 0 } = meta;
    const width = xaxis.range[1] - xaxis.range[0];
    const height = yaxis.range[1] - yaxis.range[0];
    this.at = to;
    Object.assign(this.element.style, {
      left: `${(100 * (this.pictures.x[to] - side / 2 - xaxis.range[0])) / width}%`,
      top: `${(100 * (yaxis.range[1] - this.pictures.y[to] - side / 2)) / height}%`,
      width: `${(100 * side) / width}%`,
      height: `${(100 * side) / height}%`,
    });
  }

  say() {
    const words = document.createElement("span");
    words.innerHTML = this.pictures.text[this.at].replaceAll("<br>", ", ");
    this.element.setAttribute("aria-valuemax", `${this.pictures.x.length}`);
    this.element.setAttribute("aria-valuenow", `${this.at + 1}`);
    this.element.setAttribute("aria-valuetext", `${words.textContent}`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { x, y, customdata } = this.pictures;
    const last = x.length - 1;
    const columns = y.filter((one) => one === y[0]).length;
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: this.at - 1,
      ArrowRight: this.at + 1,
      ArrowUp: this.at - columns,
      ArrowDown: this.at + columns,
      Home: 0,
      End: last,
    };
    if (event.key === "Enter" || event.key === " ") {
      this.picked({ customdata: customdata[this.at] });
    } else if (event.key in places) {
      const to = places[event.key];
      if (to >= 0 && to <= last) this.move(to);
      this.say();
    } else return;
    event.preventDefault();
  }
}
