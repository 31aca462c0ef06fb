// Live figures. Each mount is a grid of cells, each cell one picture of a job. All mounts in the same
// slot of a page share one long poll, which brings pictures of the job that the page's script has
// chosen, also before the page itself is drawn again; Plotly.react draws what has changed and keeps
// zoom and drags.

const RETRY = [500, 1000, 2000, 4000]; // ms to wait after failures in a row
const GATHER = 15; // ms in which to wait for more grids
const QUIET = 10_000; // ms between two words of progress to a screen reader
const PACE = 125; // ms a moment is shown in a replay
const SETTLE = 500; // ms a moment is looked at before pictures out of sight follow
const LONGEST = 100; // moments a replay shows; of more, it leaves some out
const STILL = 6; // looks, 50 ms apart, that must find a script at rest after it ran
const BREATH = 25; // ms of drawing after which the browser may show what has been drawn
const SHARE = 2; // times as long as a moment is drawn, a page lets its job go on before the next
const LONGEST_REST = 500; // ms, of a page that is seen
const UNSEEN = 2000; // ms between the moments of a page that is not
const MARGIN = 0.25; // of the window's height: what is so near will be seen soon

const OPTIONS = {
  displaylogo: false,
  showSendToCloud: false, // would upload the figure to Plotly
  doubleClick: "reset",
  modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
};
// Pixels of a saved picture for each pixel on the page.
const SCALE = 3;
// Where there is no pointer that hovers, a finger on a figure scrolls the page, and does not zoom.
const TOUCH = matchMedia("(hover: none)").matches;
// What a layout may change without the traces being drawn again: about ten times faster.
const DECORATION = ["images", "annotations"];

class Cell {
  constructor(id, parent, picked) {
    this.id = id;
    this.picked = picked;
    this.kind = null;
    this.version = -1; // of the job's status that is shown
    this.hashes = [];
    this.parts = new Map();
    this.element = document.createElement("figure");
    this.element.className = "cell waiting";
    this.body = document.createElement("div");
    this.caption = document.createElement("figcaption");
    this.saver = document.createElement("button");
    this.saver.className = "save";
    this.saver.title = this.saver.ariaLabel = "Save as PNG";
    this.saver.textContent = "⤓";
    this.saver.onclick = () => this.save();
    this.element.append(this.body, this.caption, this.saver);
    parent.append(this.element);
    this.resizing = new ResizeObserver(() => {
      if (this.drawn) requestAnimationFrame(() => this.resize());
    });
    this.resizing.observe(this.body);
  }

  get inSight() {
    return this.within(0);
  }

  // Whether it is drawn while a job goes on: what nobody sees can wait, if it has a picture at all.
  get wanted() {
    return !this.kind || this.within(MARGIN * innerHeight);
  }

  within(margin) {
    const { top, bottom } = this.element.getBoundingClientRect();
    return bottom > -margin && top < innerHeight + margin;
  }

  get top() {
    return this.element.getBoundingClientRect().top;
  }

  resize() {
    if (this.drawn && this.body.clientWidth) Plotly.Plots.resize(this.body);
  }

  // Take in a frame of a job.
  take({ kind, parts, new: fresh }, job) {
    // A cell that came after the question waits for the answer to the next one.
    if (!parts.every((hash) => this.parts.has(hash) || hash in fresh)) return;
    this.job = job;
    if (kind === this.waiting && parts.join() === this.hashes.join()) return;
    // Parts that stay are the same objects as before, so that Plotly sees they have not changed.
    this.parts = new Map(parts.map((hash) => [hash, this.parts.get(hash) ?? unpack(fresh[hash])]));
    this.hashes = parts;
    this.waiting = kind;
    this.stale = true;
  }

  // Draw what was taken in.
  async draw() {
    if (!this.element.isConnected) return;
    this.stale = false;
    if (this.waiting !== this.kind) this.clear();
    this.kind = this.waiting;
    this.element.classList.remove("waiting");
    this.element.classList.toggle("text", this.kind === "html");
    const [first, ...traces] = this.hashes.map((hash) => this.parts.get(hash));
    if (this.kind === "figure") await this.plot(first, traces);
    else {
      this.body.style.aspectRatio = "";
      this.body.classList.remove("free");
      this.body.innerHTML = first;
    }
    this.body.dataset.frames = 1 + Number(this.body.dataset.frames ?? 0);
  }

  async plot(layout, traces) {
    const { alt, aspect, caption } = layout.meta;
    this.body.style.aspectRatio = aspect ?? "";
    this.body.classList.toggle("free", !aspect);
    this.element.style.setProperty("--aspect", aspect ?? 1);
    this.caption.innerHTML = caption ?? "";
    this.element.classList.toggle("bare", !caption);
    const decoration = this.drawn && decorationChanges(this.drawn.layout, layout);
    if (decoration && same(traces, this.drawn.traces)) {
      await Plotly.relayout(this.body, decoration);
    } else {
      const options = { ...OPTIONS, displayModeBar: caption || TOUCH ? false : "hover" };
      const drawn = { ...structuredClone(layout), autosize: true };
      if (TOUCH) drawn.dragmode = false;
      await Plotly.react(this.body, traces, drawn, options);
      if (!this.drawn && this.picked) {
        this.body.on("plotly_click", ({ points: [point] }) => this.picked(point));
      }
    }
    this.drawn = { layout, traces };
    describe(this.body, alt);
    if (this.picked && layout.meta.side) {
      this.frame ??= new Frame(this.body, this.picked);
      this.frame.take(layout, traces[0]);
    } else {
      this.frame?.element.remove();
      this.frame = null;
    }
  }

  // Save the figure as it is, with its caption, on the page's background.
  async save() {
    const { clientWidth: width, clientHeight: height } = this.body;
    const picture = new Image();
    picture.src = await Plotly.toImage(this.body, { format: "png", width, height, scale: SCALE });
    await picture.decode();
    const { fontFamily, color } = getComputedStyle(this.caption);
    const lines = this.caption.innerText.split("\n").filter(Boolean);
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * width;
    canvas.height = SCALE * (height + 20 * lines.length + (lines.length ? 10 : 0));
    const pen = canvas.getContext("2d");
    pen.scale(SCALE, SCALE);
    pen.fillStyle = backgroundOf(this.element);
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, width, height);
    Object.assign(pen, { fillStyle: color, font: `14px ${fontFamily}`, textAlign: "center" });
    lines.forEach((line, place) => pen.fillText(line, width / 2, height + 20 * (place + 1)));
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = `${this.name}.png`;
    link.click();
  }

  clear() {
    if (this.drawn) Plotly.purge(this.body);
    this.drawn = this.frame = null;
    this.body.replaceChildren();
    this.caption.replaceChildren();
  }

  remove() {
    this.resizing.disconnect();
    this.clear();
    this.element.remove();
  }
}

const backgroundOf = (element) =>
  getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#ffffff";

// To those who do not see it a chart is one image with words, not its hundreds of parts. The buttons
// that Plotly puts beside the drawing stay what they are.
function describe(body, alt) {
  const [drawing, ...layers] = body.querySelectorAll(".main-svg");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", alt);
  for (const layer of layers) layer.setAttribute("aria-hidden", "true");
}

// A frame around one picture of a grid: arrow keys move it, Enter does what a click does. To a screen
// reader it is a slider whose value is the words on the picture.
class Frame {
  constructor(body, picked) {
    this.picked = picked;
    this.at = 0;
    this.element = document.createElement("div");
    this.element.className = "frame";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "slider");
    this.element.setAttribute("aria-label", "Choose: arrow keys move, Enter shows it large");
    this.element.setAttribute("aria-valuemin", 1);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focus", () => this.say());
    body.append(this.element);
  }

  // Take in where the pictures are, and what they are called.
  take(layout, pictures) {
    const fresh = !this.pictures;
    Object.assign(this, { layout, pictures });
    this.columns = pictures.y.filter((y) => y === pictures.y[0]).length;
    this.move(Math.min(this.at, pictures.x.length - 1));
    if (fresh) this.say(); // later only when asked: words that change with each frame are noise
  }

  move(to) {
    const { xaxis, yaxis, meta } = this.layout;
    const width = xaxis.range[1] - xaxis.range[0];
    const height = yaxis.range[1] - yaxis.range[0];
    this.at = to;
    Object.assign(this.element.style, {
      left: `${(100 * (this.pictures.x[to] - meta.side / 2 - xaxis.range[0])) / width}%`,
      top: `${(100 * (yaxis.range[1] - this.pictures.y[to] - meta.side / 2)) / height}%`,
      width: `${(100 * meta.side) / width}%`,
      height: `${(100 * meta.side) / height}%`,
    });
  }

  say() {
    const words = document.createElement("span");
    words.innerHTML = this.pictures.text[this.at].replaceAll("<br>", ", ");
    this.element.setAttribute("aria-valuemax", this.pictures.x.length);
    this.element.setAttribute("aria-valuenow", this.at + 1);
    this.element.setAttribute("aria-valuetext", words.textContent);
  }

  key(event) {
    const last = this.pictures.x.length - 1;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    if (event.key === "Enter" || event.key === " ") {
      this.picked({ customdata: this.pictures.customdata[this.at] });
    } else if (event.key in steps || event.key === "Home" || event.key === "End") {
      const to = { Home: 0, End: last }[event.key] ?? this.at + steps[event.key];
      if (to >= 0 && to <= last) this.move(to);
      this.say();
    } else return;
    event.preventDefault();
  }
}

// Arrays of float32 that came as {dtype, bdata}. Plotly could do this too, but would make new arrays
// at each call and take them for new data.
function unpack(trace) {
  for (const [name, value] of Object.entries(trace)) {
    if (value?.bdata) {
      trace[name] = new Float32Array(Uint8Array.from(atob(value.bdata), (c) => c.charCodeAt(0)).buffer);
    }
  }
  return trace;
}

const same = (some, others) =>
  some.length === others.length && some.every((one, i) => one === others[i]);

// The new images and annotations, if nothing else differs between two layouts; else null.
function decorationChanges(before, after) {
  const changes = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key === "meta") continue; // ours, not Plotly's
    if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
    if (!DECORATION.includes(key)) return null;
    changes[key] = after[key] ?? [];
  }
  return changes;
}

class Mount {
  constructor(element) {
    this.element = element;
    this.cells = [];
    this.status = null;
  }

  // Returns whether there are pictures to ask for.
  update(data, notify, pick) {
    this.notify = notify;
    this.pick = pick;
    this.root.style.setProperty("--min", data.min_width);
    this.root.style.setProperty("--max", data.max_width);
    this.root.style.setProperty("--height", data.height);
    if (data.status && !this.status) this.status = new StatusLine(this.root, () => this.poller);
    const before = this.cells.map((cell) => cell.id).join();
    data.views.forEach((id, place) => {
      const cell = this.cells[place];
      if (!cell) this.cells.push(new Cell(id, this.root, data.pick && ((point) => this.picked(point))));
      else cell.id = id; // the picture stays until the new one is here
      this.cells[place].name = [data.page, data.names[place]].filter(Boolean).join("-");
    });
    this.cells.splice(data.views.length).forEach((cell) => cell.remove());
    return data.views.join() !== before;
  }

  // A click on something with a number of its own, where the page cares.
  picked({ customdata }) {
    if (this.pick && Number.isInteger(customdata)) this.pick(customdata);
  }

  get root() {
    return this.element.querySelector(".mlp-live");
  }

  remove() {
    this.cells.forEach((cell) => cell.remove());
    this.status?.element.remove();
  }
}

// How far a job is; and a slider along it that takes all its pictures back to an earlier moment.
class StatusLine {
  constructor(grid, poller) {
    this.element = document.createElement("div");
    this.element.className = "mlp-status";
    this.element.innerHTML =
      '<button class="play" type="button"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg></button>' +
      '<div class="track"><div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label="Training progress">' +
      '<i></i></div><input class="replay" type="range" min="0" aria-label="Replay" title="Drag to replay"></div>' +
      '<div class="side"><span class="words"></span><button class="latest" type="button">Latest</button></div>' +
      '<span class="trouble" role="alert"></span>';
    this.spoken = document.createElement("span");
    this.spoken.className = "spoken";
    this.spoken.setAttribute("role", "status");
    this.element.append(this.spoken);
    grid.before(this.element);
    this.slider = this.find(".replay");
    this.slider.addEventListener("input", () => {
      const { value, max } = this.slider;
      poller().seek(value === max ? null : Number(value));
    });
    this.find(".latest").addEventListener("click", () => poller().seek(null));
    this.find(".play").addEventListener("click", () => poller().play());
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  show({ state, words, progress, moments }, at, playing) {
    const back = at !== null && moments;
    this.element.dataset.state = state;
    this.element.classList.toggle("back", Boolean(back));
    this.element.classList.toggle("still", !moments?.last);
    const share = Math.round(100 * progress);
    this.find("i").style.width = `${share}%`;
    this.find(".bar").setAttribute("aria-valuenow", share);
    this.find(".words").textContent = back ? `replay: ${moments.label}` : words;
    this.speak(state, words);
    this.find("path").setAttribute("d", playing ? "M6 5h4v14H6zM14 5h4v14h-4z" : "M8 5v14l11-7z");
    const name = playing ? "Stop the replay" : calm.matches ? "Replay the next moment" : "Replay the run";
    for (const attribute of ["title", "aria-label"]) this.find(".play").setAttribute(attribute, name);
    if (!moments) return;
    // The last moment need not be a whole number of steps from the first.
    this.slider.max = moments.step * Math.ceil(moments.last / moments.step);
    this.slider.step = moments.step;
    this.slider.value = at ?? this.slider.max;
    this.slider.style.width = `${share}%`;
    // Not while it has the focus and training goes on: each change would be read out.
    if (back || document.activeElement !== this.slider) {
      this.slider.setAttribute("aria-valuetext", moments.label);
    }
  }

  // Tell a screen reader of a new state at once, and of progress now and then.
  speak(state, words) {
    if (state === this.state && Date.now() - this.since < QUIET) return;
    if (this.spoken.textContent !== words) this.spoken.textContent = words;
    Object.assign(this, { state, since: Date.now() });
  }

  trouble(words) {
    const place = this.find(".trouble");
    if (place.textContent !== words) place.textContent = words;
  }
}

const scriptRuns = () =>
  document.querySelector(`[data-test-script-state="running"], [data-test-script-state="rerunRequested"]`);

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Something between the page and its job that may pass: asking again is all there is to do.
class Trouble extends Error {}

// What a request brings, or trouble.
async function reached(request) {
  try {
    return await request;
  } catch (error) {
    throw error.name === "AbortError" ? error : new Trouble("Connection lost");
  }
}

// Lets the browser show what has been drawn; a page that nobody sees gets no frames to wait for.
const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });

class Poller {
  constructor(watcher, slot, root) {
    Object.assign(this, { watcher, slot, root, mounts: new Set(), version: -1, asks: 0, at: null });
    this.rest = 0; // ms to leave between two moments
    this.job = ""; // of the latest answer
    this.page = null; // the job that the page was drawn for, and in which state
  }

  // Take in what the page's script has placed.
  add(mount, { job, state }, pictures) {
    this.page = { job, state };
    this.tell();
    // Of another job than the page is placed for, an answer may lack pictures.
    const lacks = (cell) => cell.job !== job && this.due(cell);
    const missing = pictures || (this.job === job && this.moments && mount.cells.some(lacks));
    if (this.mounts.has(mount) && !missing) return;
    this.mounts.add(mount);
    mount.poller = this;
    // A page's grids come one after the other: wait for the last before asking for all.
    clearTimeout(this.gathering);
    this.gathering = setTimeout(() => {
      this.ask();
      this.running ??= this.loop();
    }, GATHER);
  }

  // Ask again now: for pictures that are new on the page, a new theme, or a page seen again.
  ask() {
    this.asks += 1;
    this.outdate();
    this.request?.abort();
    this.wake?.();
  }

  outdate() {
    for (const cell of this.cells) cell.version = -1;
  }

  // Show the moment of this number, or the latest (null), and stop a replay.
  seek(number) {
    this.stop();
    this.show(number);
  }

  show(number) {
    this.at = number;
    this.hurry = true;
    // One request at a time: the position wanted when it has been answered is asked for next.
    if (this.hurried) this.asks += 1;
    else this.ask();
  }

  // Show one moment after the other; where motion is not wanted, only the next one.
  play() {
    if (this.playing) this.seek(this.at);
    else if (calm.matches) this.next();
    else {
      this.next();
      this.playing = setInterval(() => this.hurried || this.next(), PACE);
    }
  }

  next() {
    const { last, step } = this.moments;
    const stride = this.playing ? step * Math.ceil(last / step / LONGEST) : step;
    const number = this.at === null ? 0 : this.at + stride;
    if (number < last) this.show(number);
    else this.seek(null);
  }

  stop() {
    clearInterval(this.playing);
    this.playing = null;
  }

  get cells() {
    return [...this.mounts].flatMap((mount) => mount.cells);
  }

  theme() {
    const [mount] = this.mounts;
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = backgroundOf(mount.element);
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    return 0.3 * r + 0.6 * g + 0.1 * b > 128 ? "light" : "dark";
  }

  async loop() {
    let failures = 0;
    let asked = null;
    while (this.mounts.size) {
      try {
        const answer = await (asked ?? this.fetch());
        failures = 0;
        const cells = this.take(answer);
        // The next answer is on its way while this one is drawn.
        let turned = false;
        asked = this.fetch();
        // A failure is met when it is awaited.
        asked.then(({ job }) => (turned = job !== answer.job), () => {});
        await this.draw(answer, cells, () => turned);
      } catch (error) {
        asked = null;
        if (error.name === "AbortError") continue;
        if (!(error instanceof Trouble)) {
          this.trouble("This page has an error: load it again.");
          throw error;
        }
        const wait = RETRY[Math.min(failures++, RETRY.length - 1)];
        this.trouble(`${error.message}. Trying again…`);
        await this.pause(wait);
      }
    }
    this.running = null;
  }

  // Wait, unless there is something to ask.
  pause(time) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, time);
    });
  }

  async fetch() {
    await plotly(this.root);
    const behind = (cell) => cell.version !== this.version;
    if (this.at !== null && this.cells.some(behind) && !this.hurry) await this.pause(SETTLE);
    const { asks, hurry } = this;
    this.hurry = false;
    const asked = this.cells.filter((cell) => (hurry ? cell.inSight : this.due(cell)));
    const version = asked.some(behind) ? -1 : this.version;
    const views = {};
    for (const { id, hashes } of asked) {
      // Cells with the same picture get what any of them lacks.
      views[id] = views[id]?.filter((hash) => hashes.includes(hash)) ?? hashes;
    }
    this.asked = this.theme();
    const { watcher, slot, job, at, asked: theme } = this;
    const placed = this.page.job;
    const rest = Math.round(document.hidden ? UNSEEN : this.rest);
    this.request = new AbortController();
    this.hurried = hurry;
    const response = await reached(
      fetch(`${this.root}/live/frames`, {
        method: "POST",
        body: JSON.stringify({ watcher, slot, placed, theme, job, version, at, rest, views }),
        signal: this.request.signal,
      }),
    ).finally(() => (this.hurried = false));
    if (response.status === 410) {
      this.status = { job: placed, state: "lost" };
      this.page.state = null; // said each time
      this.tell();
      throw new Trouble("This run was dropped");
    }
    if (!response.ok) throw new Trouble(`The server answered ${response.status}`);
    const answer = await reached(response.json());
    if (answer.job !== this.job) {
      this.stop();
      this.at = null;
      this.outdate();
    }
    Object.assign(this, { job: answer.job, version: answer.version, moments: answer.status.moments });
    if (asks === this.asks) for (const cell of asked) cell.version = answer.version;
    return answer;
  }

  // Whether a cell is drawn now: while there is more to come, not what nobody sees.
  due(cell) {
    return this.status?.state !== "running" || this.at !== null || cell.wanted;
  }

  // Take in an answer; returns the cells to draw, those in sight first, from the top.
  take({ job, status, views }) {
    this.status = { job, state: status.state };
    for (const cell of this.cells) {
      if (views[cell.id]) cell.take(views[cell.id], job);
    }
    const stale = this.cells.filter((cell) => cell.stale && cell.job === job && this.due(cell));
    const near = stale.filter((cell) => cell.inSight).sort((one, other) => one.top - other.top);
    return [...new Set([...near, ...stale])];
  }

  // Draw cells; of those out of sight only as long as the page does not turn to another job.
  async draw({ status, spent }, cells, turned) {
    this.trouble("");
    for (const mount of this.mounts) mount.status?.show(status, this.at, this.playing);
    const began = performance.now();
    let since = began;
    for (const cell of cells) {
      // What is left out is drawn with the next answer.
      if ((this.hurry || turned()) && !cell.inSight) continue;
      await cell.draw();
      if (document.hidden || performance.now() - since < BREATH) continue;
      await painted();
      since = performance.now();
    }
    this.tell();
    if (!document.hidden) await painted();
    this.rest = Math.min(SHARE * (spent + performance.now() - began), LONGEST_REST);
  }

  // Let the page's script know when the job is not as it was when it ran: its buttons depend on it.
  // Not while it runs, which that would cut short, nor at once when it has run: who goes back then must
  // not meet another run.
  async tell() {
    if (this.telling || !this.news) return;
    this.telling = true;
    let still = scriptRuns() ? 0 : STILL;
    while (still < STILL) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      still = scriptRuns() ? 0 : still + 1;
    }
    this.telling = false;
    const [mount] = this.mounts;
    if (!mount || !this.news) return;
    this.page.state = this.status.state;
    mount.notify(`${this.status.job} ${this.status.state}`);
  }

  // Whether the page's job is not as the page was drawn.
  get news() {
    return this.status?.job === this.page.job && this.status.state !== this.page.state;
  }

  trouble(words) {
    for (const mount of this.mounts) mount.status?.trouble(words);
  }
}

const shared = (globalThis.mlpExplorer ??= { mounts: new Map(), pollers: new Map(), libraries: new Map() });
const { mounts, pollers, libraries } = shared;

if (!shared.watching) {
  shared.watching = setInterval(() => {
    for (const poller of pollers.values()) {
      if (poller.mounts.size && poller.asked && poller.theme() !== poller.asked) poller.ask();
    }
  }, 500);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const poller of pollers.values()) poller.ask();
  });
}

let library;

function plotly(root) {
  const address = `${root}/live${library}`;
  if (!libraries.has(address)) {
    const loaded = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => {
        libraries.delete(address);
        reject(new Trouble("Connection lost"));
      };
      document.head.append(script);
    });
    libraries.set(address, loaded);
  }
  return libraries.get(address);
}

// The app's root, under whatever path and proxy: the page's address less the page's own name.
function appRoot(page) {
  const path = location.pathname.replace(/\/+$/, "");
  return page && path.endsWith(`/${page}`) ? path.slice(0, -page.length - 1) : path;
}

function leave(mount) {
  for (const [key, poller] of pollers) {
    if (!poller.mounts.delete(mount) || poller.mounts.size) continue;
    poller.request?.abort();
    poller.stop();
    pollers.delete(key);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  library = data.plotly;
  let mount = mounts.get(parentElement);
  if (!mount) mounts.set(parentElement, (mount = new Mount(parentElement)));
  clearTimeout(mount.leaving);
  const pictures = mount.update(
    data,
    (state) => setTriggerValue("state", state),
    data.pick && ((number) => setTriggerValue("picked", number)),
  );
  const key = `${data.watcher} ${data.slot}`;
  let poller = pollers.get(key);
  if (!poller?.mounts.has(mount)) leave(mount);
  poller = pollers.get(key);
  if (!poller) {
    pollers.set(key, (poller = new Poller(data.watcher, data.slot, appRoot(data.page))));
  }
  poller.add(mount, data, pictures);

  // Streamlit cleans up before each call too, so leave only if no call follows.
  return () => {
    mount.leaving = setTimeout(() => {
      leave(mount);
      mounts.delete(parentElement);
      mount.remove();
    }, 300);
  };
}
