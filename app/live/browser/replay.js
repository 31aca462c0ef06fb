/** @import { Moments } from "./protocol.d.ts" */
/** @import { Poller } from "./poller.js" */

const PACE = 125; // ms a moment is shown in a replay
const LONGEST = 100; // moments a replay shows; of more, it leaves some out

export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Which moment of a job is shown: the latest, an earlier one, or one after the other. */
export class Replay {
  /** @type {number | null} */
  at = null; // number of the moment; null for the latest
  /** @type {Moments | undefined} */
  moments = undefined; // of the latest answer
  /** @type {number | null} */
  playing = null;

  /** @param {Poller} poller that brings the pictures */
  constructor(poller) {
    this.poller = poller;
  }

  /**
   * Show the moment of this number, or the latest (null), and stop a replay.
   * @param {number | null} number
   */
  seek(number) {
    this.stop();
    this.show(number);
  }

  /** @param {number | null} number */
  show(number) {
    this.at = number;
    this.poller.hasten();
  }

  /** Show one moment after the other; where motion is not wanted, only the next one. */
  play() {
    if (this.playing) this.seek(this.at);
    else {
      this.next();
      if (!calm.matches) this.playing = setInterval(() => this.poller.awaited || this.next(), PACE);
    }
  }

  next() {
    if (!this.moments) return;
    const { last, step } = this.moments;
    const stride = this.playing ? step * Math.ceil(last / step / LONGEST) : step;
    const number = this.at === null ? 0 : this.at + stride;
    if (number < last) this.show(number);
    else this.seek(null);
  }

  stop() {
    clearInterval(this.playing ?? undefined);
    this.playing = null;
  }
}
