/** @import { Line } from "./protocol.d.ts" */
/** @import { Replay } from "./replay.js" */
import { calm } from "./replay.js";

const QUIET = 10_000; // ms between two words of progress to a screen reader

/** How far a job is; and a slider along it that takes all its pictures back to an earlier moment. */
export class StatusLine {
  state = ""; // that a screen reader was told of
  since = 0;

  /** @param {Element} grid @param {() => Replay | undefined} replay */
  constructor(grid, replay) {
    this.element = document.createElement("div");
    this.element.className = "mlp-status";
    this.element.innerHTML =
      '<button class="play" type="button"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg></button>' +
      '<div class="track"><div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label="Training progress">' +
      '<i></i></div><input class="replay" type="range" min="0" aria-label="Replay" title="Drag to replay"></div>' +
      '<div class="side"><span class="words"></span><button class="latest" type="button">Latest</button></div>' +
      '<span class="trouble" role="alert"></span><span class="spoken" role="status"></span>';
    grid.before(this.element);
    this.slider = /** @type {HTMLInputElement} */ (this.find(".replay"));
    this.slider.addEventListener("input", () => {
      const { value, max } = this.slider;
      replay()?.seek(value === max ? null : Number(value));
    });
    this.find(".latest").addEventListener("click", () => replay()?.seek(null));
    this.find(".play").addEventListener("click", () => replay()?.play());
  }

  /** @param {string} selector */
  find(selector) {
    return /** @type {HTMLElement} */ (this.element.querySelector(selector));
  }

  /** @param {Line} line @param {Replay} replay */
  show({ state, words, progress, moments }, { at, playing }) {
    const back = at !== null && moments;
    this.element.dataset.state = state;
    this.element.classList.toggle("back", Boolean(back));
    this.element.classList.toggle("still", !moments?.last);
    const share = Math.round(100 * progress);
    this.find("i").style.width = `${share}%`;
    this.find(".bar").setAttribute("aria-valuenow", `${share}`);
    this.find(".words").textContent = back ? `replay: ${moments.label}` : words;
    this.speak(state, words);
    this.find("path").setAttribute("d", playing ? "M6 5h4v14H6zM14 5h4v14h-4z" : "M8 5v14l11-7z");
    const name = playing ? "Stop the replay" : calm.matches ? "Replay the next moment" : "Replay the run";
    for (const attribute of ["title", "aria-label"]) this.find(".play").setAttribute(attribute, name);
    if (!moments) return;
    // The last moment need not be a whole number of steps from the first.
    this.slider.max = `${moments.step * Math.ceil(moments.last / moments.step)}`;
    this.slider.step = `${moments.step}`;
    this.slider.value = `${at ?? this.slider.max}`;
    this.slider.style.width = `${share}%`;
    // Not while it has the focus and training goes on: each change would be read out.
    if (back || document.activeElement !== this.slider) {
      this.slider.setAttribute("aria-valuetext", moments.label);
    }
  }

  /**
   * Tell a screen reader of a new state at once, and of progress now and then.
   * @param {string} state @param {string} words
   */
  speak(state, words) {
    if (state === this.state && Date.now() - this.since < QUIET) return;
    this.write(".spoken", words);
    this.state = state;
    this.since = Date.now();
  }

  /** @param {string} words */
  trouble(words) {
    this.write(".trouble", words);
  }

  /**
   * Words that stay are not written again, for they would be read out again.
   * @param {string} place @param {string} words
   */
  write(place, words) {
    const element = this.find(place);
    if (element.textContent !== words) element.textContent = words;
  }
}
