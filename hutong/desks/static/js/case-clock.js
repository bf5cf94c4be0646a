// @ts-check
// <case-clock due="…" started="…" warned="…">: counts down in words. kernel/texts.py says the same on the server.

const english = document.documentElement.lang === "en";
const words = english
  ? { left: "{span} left", over: "{span} over", days: "{a} d {b} h", hours: "{a} h {b} min", minutes: "{a} min", moment: "under 1 min" }
  : { left: "还剩 {span}", over: "已超 {span}", days: "{a} 天 {b} 小时", hours: "{a} 小时 {b} 分", minutes: "{a} 分", moment: "不到 1 分" };

// The server's clock counts: a desk's own may be wrong.
const drawn = Number(document.querySelector("meta[name=drawn-at]")?.getAttribute("content"));
const skew = drawn ? drawn * 1000 - Date.now() : 0;

/** @param {number} milliseconds */
function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  const pick = (/** @type {string} */ form, a = 0, b = 0) => form.replace("{a}", String(a)).replace("{b}", String(b));
  if (minutes >= 1440) return pick(words.days, Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24);
  if (minutes >= 60) return pick(words.hours, Math.floor(minutes / 60), minutes % 60);
  return minutes ? pick(words.minutes, minutes) : words.moment;
}

/** @type {Set<CaseClock>} */
const clocks = new Set();
setInterval(() => clocks.forEach((clock) => clock.tick()), 1000);

class CaseClock extends HTMLElement {
  connectedCallback() {
    clocks.add(this);
    this.tick();
  }

  disconnectedCallback() {
    clocks.delete(this);
  }

  tick() {
    const now = Date.now() + skew;
    const left = Date.parse(this.getAttribute("due") ?? "") - now;
    const text = (left < 0 ? words.over : words.left).replace("{span}", span(Math.abs(left)));
    if (this.textContent !== text) this.textContent = text;
    this.className = left < 0 ? "over" : this.gone(now, left) >= 80 ? "late" : this.gone(now, left) >= 50 ? "half" : "";
  }

  /** Per cent of the time gone: the last alarm where the server counts it, else the share since the start.
   * @param {number} now @param {number} left */
  gone(now, left) {
    if (this.hasAttribute("warned")) return Number(this.getAttribute("warned"));
    const ran = now - Date.parse(this.getAttribute("started") ?? "");
    return Number.isNaN(ran) ? 0 : (100 * ran) / (ran + left);
  }
}

customElements.define("case-clock", CaseClock);
