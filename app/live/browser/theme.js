/** @param {Element} element */
export const backgroundOf = (element) =>
  getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#ffffff";

/** @param {HTMLCanvasElement} canvas */
export const penOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** Whether the page is "light" or "dark" around an element. @param {Element} element */
export function themeOf(element) {
  const probe = penOf(document.createElement("canvas"));
  probe.fillStyle = backgroundOf(element);
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.3 * r + 0.6 * g + 0.1 * b > 128 ? "light" : "dark";
}
