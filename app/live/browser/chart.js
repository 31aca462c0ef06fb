/** @import { Layout, Plotly, Point, Trace } from "./plotly.d.ts" */
import { Frame } from "./frame.js";

const OPTIONS = {
  displaylogo: false,
  showSendToCloud: false, // would upload the figure to Plotly
  doubleClick: "reset",
  modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
};
// Where there is no pointer that hovers, a finger on a figure scrolls the page, and does not zoom.
const TOUCH = matchMedia("(hover: none)").matches;
// What a layout may change without the traces being drawn again: about ten times faster.
const DECORATION = ["images", "annotations"];

/** A figure that Plotly draws: only what has changed, so that zoom and drags stay. */
export class Chart {
  /** @type {{ layout: Layout, traces: Trace[] } | null} */
  drawn = null;
  /** @type {Plotly | null} what has drawn it */
  plotly = null;
  /** @type {Frame | null} */
  frame = null;

  /** @param {HTMLElement} body @param {((point: Point) => void) | null} picked called on a click */
  constructor(body, picked) {
    this.body = body;
    this.picked = picked;
  }

  /** @param {Plotly} plotly @param {Layout} layout @param {Trace[]} traces */
  async draw(plotly, layout, traces) {
    if (this.plotly !== plotly) this.clear();
    this.plotly = plotly;
    const { alt, caption, side } = layout.meta;
    const decoration = this.drawn && decorationChanges(this.drawn.layout, layout);
    if (decoration && same(traces, this.drawn?.traces)) {
      await plotly.relayout(this.body, decoration);
    } else {
      const options = { ...OPTIONS, displayModeBar: caption || TOUCH ? false : "hover" };
      const still = TOUCH ? { dragmode: false } : {};
      const drawn = { ...structuredClone(layout), autosize: true, ...still };
      await plotly.react(this.body, traces, drawn, options);
      const { picked } = this;
      if (!this.drawn && picked) this.body.on("plotly_click", ({ points: [point] }) => picked(point));
    }
    this.drawn = { layout, traces };
    describe(this.body, alt);
    if (this.picked && side) {
      this.frame ??= new Frame(this.body, this.picked, layout, traces[0]);
      this.frame.take(layout, traces[0]);
    } else {
      this.frame?.element.remove();
      this.frame = null;
    }
  }

  resize() {
    if (this.drawn && this.body.clientWidth) this.plotly?.Plots.resize(this.body);
  }

  clear() {
    if (this.drawn) this.plotly?.purge(this.body);
    this.drawn = this.frame = this.plotly = null;
  }
}

/**
 * To those who do not see it a chart is one image with words, not its hundreds of parts. The buttons
 * that Plotly puts beside the drawing stay what they are.
 * @param {HTMLElement} body @param {string} alt
 */
function describe(body, alt) {
  const [drawing, ...layers] = body.querySelectorAll(".main-svg");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", alt);
  for (const layer of layers) layer.setAttribute("aria-hidden", "true");
}

/** @param {Trace[]} some @param {Trace[]} others */
const same = (some, others = []) =>
  some.length === others.length && some.every((one, i) => one === others[i]);

/**
 * The new images and annotations, if nothing else differs between two layouts; else null.
 * @param {Layout} before @param {Layout} after
 */
function decorationChanges(before, after) {
  /** @type {Record<string, unknown>} */
  const changes = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key === "meta") continue; // ours, not Plotly's
    if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
    if (!DECORATION.includes(key)) return null;
    changes[key] = after[key] ?? [];
  }
  return changes;
}
