// Loads the page again once something else is asked, or nothing more.

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const { turn } = script.dataset;
const SECONDS = 3;

const look = async () => {
  try {
    const answer = await fetch(`${location.pathname}/turn`);
    const now = answer.ok ? await answer.text() : turn;
    if (answer.status === 404 || now !== turn) location.reload();
  } catch {
    // The network is away; perhaps not for long.
  }
};

if (turn) setInterval(() => document.hidden || look(), 1000 * SECONDS);
