// @ts-check
// <call-recording src peaks gaps seconds until>: plays a recording. The two sides are drawn as two lanes, with the gaps between;
// the buttons stand in the page. What is heard is fetched part by part and kept nowhere.

const STEP = 5;
const LEAP = 30;
const MOVES = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageUp: LEAP, PageDown: -LEAP, Home: -Infinity, End: Infinity };

/** 1:02:03. @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

class CallRecording extends HTMLElement {
  connectedCallback() {
    this.audio = new Audio();
    this.audio.preload = "metadata";
    this.audio.src = this.getAttribute("src") ?? "";
    this.peaks = Uint8Array.from(atob(this.getAttribute("peaks") ?? ""), (letter) => letter.charCodeAt(0));
    /** @type {[number, number][]} */
    this.gaps = JSON.parse(this.getAttribute("gaps") ?? "[]");
    this.wave = /** @type {HTMLElement} */ (this.querySelector("[role=slider]"));
    this.canvas = /** @type {HTMLCanvasElement} */ (this.querySelector("canvas"));
    this.button = /** @type {HTMLElement} */ (this.querySelector("[data-plays]"));
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.wave);
    const left = Date.parse(this.getAttribute("until") ?? "") - Date.now();
    this.ending = setTimeout(() => this.end(), Math.max(left, 0));
    this.listen();
    this.wave.focus(); // the keys work at once
  }

  disconnectedCallback() {
    clearTimeout(this.ending);
    this.resized?.disconnect();
    this.audio?.pause();
    this.audio?.removeAttribute("src");
    this.audio?.load();
  }

  listen() {
    for (const name of ["timeupdate", "play", "pause", "ended", "seeking", "loadedmetadata"]) this.audio?.addEventListener(name, () => this.show());
    this.audio?.addEventListener("error", () => this.audio?.hasAttribute("src") && this.end());
    this.addEventListener("click", (event) => {
      const pressed = event.target instanceof Element ? event.target.closest("button") : null;
      if (pressed === this.button) this.toggle();
      else if (pressed?.dataset.moves) this.move(Number(pressed.dataset.moves));
    });
    this.querySelector("[data-speeds]")?.addEventListener("change", (event) => {
      if (this.audio && event.target instanceof HTMLSelectElement) this.audio.playbackRate = Number(event.target.value);
    });
    this.wave?.addEventListener("keydown", (event) => this.key(event));
    this.wave?.addEventListener("pointerdown", (event) => this.point(event));
    this.wave?.addEventListener("pointermove", (event) => event.buttons && this.point(event));
  }

  get length() {
    return this.audio?.duration || Number(this.getAttribute("seconds")) || 1;
  }

  toggle() {
    if (this.audio?.paused) this.audio.play().catch(() => {});
    else this.audio?.pause();
  }

  /** @param {number} seconds */
  move(seconds) {
    this.seek((this.audio?.currentTime ?? 0) + seconds);
  }

  /** @param {number} moment */
  seek(moment) {
    if (this.audio) this.audio.currentTime = Math.min(Math.max(moment, 0), this.length);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === " ") this.toggle();
    else if (event.key in MOVES) this.move(MOVES[/** @type {keyof typeof MOVES} */ (event.key)]);
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  point(event) {
    const box = this.canvas?.getBoundingClientRect();
    if (box) this.seek(((event.clientX - box.left) / box.width) * this.length);
  }

  /** The time is over, or it does not open. */
  end() {
    this.audio?.pause();
    this.querySelector("[data-over]")?.removeAttribute("hidden");
  }

  show() {
    const now = this.audio?.currentTime ?? 0;
    const time = this.querySelector("[data-time]");
    if (time) time.textContent = clock(now);
    this.button?.setAttribute("aria-pressed", String(!this.audio?.paused));
    this.wave?.setAttribute("aria-valuenow", String(Math.round(now)));
    this.wave?.setAttribute("aria-valuetext", `${clock(now)} / ${clock(this.length)}`);
    this.draw();
  }

  draw() {
    const paper = this.canvas?.getContext("2d");
    if (!paper || !this.canvas || !this.peaks) return;
    const scale = window.devicePixelRatio;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    [this.canvas.width, this.canvas.height] = [width * scale, height * scale];
    paper.scale(scale, scale);
    const ink = getComputedStyle(this);
    const colour = (/** @type {string} */ name) => ink.getPropertyValue(name);
    const played = ((this.audio?.currentTime ?? 0) / this.length) * width;
    paper.fillStyle = colour("--amber-soft");
    for (const [from, to] of this.gaps ?? []) paper.fillRect((from / this.length) * width, 0, Math.max(((to - from) / this.length) * width, 2), height);
    const count = this.peaks.length / 2;
    for (let at = 0; at < count; at += 1) {
      const x = (at / count) * width;
      for (const side of [0, 1]) {
        const size = Math.max((this.peaks[2 * at + side] / 255) * (height / 2 - 8), 1);
        paper.fillStyle = colour(x > played ? (side ? "--line-strong" : "--accent-line") : side ? "--ink-2" : "--accent");
        paper.fillRect(x, (height * (1 + 2 * side)) / 4 - size / 2, Math.max(width / count - 0.5, 0.5), size);
      }
    }
    paper.fillStyle = colour("--amber");
    for (const [from, to] of this.gaps ?? []) for (const moment of [from, to]) paper.fillRect((moment / this.length) * width, 0, 1, height);
    paper.fillStyle = colour("--ink");
    paper.fillRect(Math.max(Math.min(played, width - 2), 0), 0, 2, height);
  }
}

customElements.define("call-recording", CallRecording);
