// What app/live/protocol.py says.

export interface Placement {
  job: string;
  state: "queued" | "running" | "paused" | "finished" | "cancelled" | "failed";
  watcher: string;
  slot: string;
  page: string;
  script: string;
  plotly: string;
  plotly_3d: string;
  views: string[];
  names: string[];
  status: boolean;
  min_width: string;
  max_width: string;
  height: string;
  pick: boolean;
  moves: number;
}

export interface Move {
  number: number;
  address: Record<string, string>;
}

export interface Question {
  watcher: string;
  slot: string;
  placed: string;
  theme: string;
  job: string;
  version: number;
  rest: number;
  at: number | null;
  views: Record<string, string[]>;
}

export interface Moments {
  shown: number;
  label: string;
  last: number;
  step: number;
}

export interface Line {
  state: "queued" | "running" | "paused" | "finished" | "cancelled" | "failed";
  words: string;
  progress: number;
  moments?: Moments;
}

export interface Picture {
  kind: "figure" | "html";
  parts: string[];
  new: Record<string, unknown>;
}

export interface Answer {
  job: string;
  version: number;
  status: Line;
  spent: number;
  views: Record<string, Picture>;
}
