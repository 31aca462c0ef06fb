/** @import { Plotly } from "./plotly.d.ts" */
import { backgroundOf, penOf } from "./theme.js";

const SCALE = 3; // pixels of a saved picture for each pixel on the page

/**
 * Save a figure as it is, with its caption, on the page's background.
 * @param {Plotly} plotly @param {HTMLElement} body @param {HTMLElement} caption @param {string} name
 */
export async function save(plotly, body, caption, name) {
  const { clientWidth: width, clientHeight: height } = body;
  const picture = new Image();
  picture.src = await plotly.toImage(body, { format: "png", width, height, scale: SCALE });
  await picture.decode();
  const { fontFamily, color } = getComputedStyle(caption);
  const lines = caption.innerText.split("\n").filter(Boolean);
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * width;
  canvas.height = SCALE * (height + 20 * lines.length + (lines.length ? 10 : 0));
  const pen = penOf(canvas);
  pen.scale(SCALE, SCALE);
  pen.fillStyle = backgroundOf(body);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, width, height);
  Object.assign(pen, { fillStyle: color, font: `14px ${fontFamily}`, textAlign: "center" });
  lines.forEach((line, place) => pen.fillText(line, width / 2, height + 20 * (place + 1)));
  const link = document.createElement("a");
  link.href = canvas.toDataURL("image/png");
  link.download = `${name}.png`;
  link.click();
}
