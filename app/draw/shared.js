// What the components to draw on have in common.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number>} Attributes */

/**
 * Add an element of HTML.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Element} parent @param {Name} name @param {Attributes} attributes
 */
export function make(parent, name, attributes = {}) {
  return place(parent, document.createElement(name), attributes);
}

/**
 * Add an element of SVG.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Element} parent @param {Name} name @param {Attributes} attributes
 */
export function makeSvg(parent, name, attributes = {}) {
  return place(parent, document.createElementNS(SVG, name), attributes);
}

/** @template {Element} Any @param {Element} parent @param {Any} element @param {Attributes} attributes */
function place(parent, element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  parent.append(element);
  return element;
}

/**
 * Call what is given with the pointer events of each stroke on an element, one stroke at a time.
 * @param {HTMLElement | SVGElement} element
 * @param {{ begin(event: PointerEvent): void, move(event: PointerEvent): void, end(): void }} strokes
 */
export function onStrokes(element, { begin, move, end }) {
  /** @type {number | null} */
  let drawing = null;
  element.onpointerdown = (event) => {
    if (event.button || drawing !== null) return;
    element.setPointerCapture(event.pointerId);
    drawing = event.pointerId;
    begin(event);
  };
  element.onpointermove = (event) => {
    if (event.pointerId !== drawing) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) move(step);
  };
  element.onpointerup = element.onpointercancel = (event) => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    end();
  };
}
