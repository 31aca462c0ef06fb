// What the components to draw on have in common; it stands before the script of each.

const SVG = "http://www.w3.org/2000/svg";

function make(parent, name, attributes = {}) {
  const element = name.startsWith("svg:")
    ? document.createElementNS(SVG, name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

// Call what is given with the pointer events of each stroke on an element, one stroke at a time.
function onStrokes(element, { begin, move, end }) {
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

