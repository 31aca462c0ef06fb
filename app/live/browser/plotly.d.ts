// As much of Plotly as is used here, and what figures of ours hold.

export interface Axis {
  range: [number, number];
}

export interface Layout {
  /** Ours, not Plotly's. */
  meta: { alt: string; aspect?: number; caption?: string; side?: number };
  xaxis: Axis;
  yaxis: Axis;
  [name: string]: unknown;
}

export interface Trace {
  type: string;
  x: number[];
  y: number[];
  text: string[];
  customdata: number[];
  [name: string]: unknown;
}

export interface Point {
  customdata: unknown;
}

export interface Plotly {
  Plots: { resize(body: HTMLElement): void };
  purge(body: HTMLElement): void;
  react(body: HTMLElement, traces: Trace[], layout: object, options: object): Promise<void>;
  relayout(body: HTMLElement, changes: object): Promise<void>;
  toImage(body: HTMLElement, options: object): Promise<string>;
}

declare global {
  /** The bundle that has come last. */
  var Plotly: Plotly;

  interface HTMLElement {
    /** Where Plotly has drawn a figure. */
    on(event: "plotly_click", listener: (event: { points: Point[] }) => void): void;
  }
}
