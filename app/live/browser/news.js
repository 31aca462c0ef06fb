/** @import { Line } from "./protocol.d.ts" */

/** @typedef {{ job: string, state: Line["state"] | "lost" | null }} Known a job, as far as it is known */

const scriptRuns = () =>
  document.querySelector(`[data-test-script-state="running"], [data-test-script-state="rerunRequested"]`);

/** Lets the page's script know when its job is not as it was when it ran: its buttons depend on it. */
export class News {
  /** @type {Known} */
  page = { job: "", state: null }; // the job that the page was drawn for, and in which state
  /** @type {Known | null} */
  status = null; // of the latest answer
  telling = false;

  /** @param {(state: string) => void} notify */
  constructor(notify) {
    this.notify = notify;
  }

  /** What there is to tell, if anything. */
  get untold() {
    const { page, status } = this;
    return status?.job === page.job && status.state !== page.state ? status : null;
  }

  /** Not while the script runs, which that would cut short. */
  async tell() {
    if (this.telling || !this.untold) return;
    this.telling = true;
    while (scriptRuns()) await new Promise((resolve) => setTimeout(resolve, 50));
    this.telling = false;
    const news = this.untold;
    if (!news) return;
    this.page.state = news.state;
    this.notify(`${news.job} ${news.state}`);
  }
}
