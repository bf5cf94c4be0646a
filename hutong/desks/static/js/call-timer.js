// @ts-check
// <call-timer since="…">: minutes and seconds since then, by the server's clock.

const drawn = Number(document.querySelector("meta[name=drawn-at]")?.getAttribute("content"));
const skew = drawn ? drawn * 1000 - Date.now() : 0;
/** @type {Set<CallTimer>} */
const timers = new Set();
setInterval(() => timers.forEach((timer) => timer.tick()), 1000);

class CallTimer extends HTMLElement {
  connectedCallback() {
    timers.add(this);
    this.tick();
  }

  disconnectedCallback() {
    timers.delete(this);
  }

  tick() {
    const seconds = Math.max(0, Math.floor((Date.now() + skew - Date.parse(this.getAttribute("since") ?? "")) / 1000));
    this.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

customElements.define("call-timer", CallTimer);
