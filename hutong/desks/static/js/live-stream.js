// @ts-check
// <live-stream url="…/live/stream" since="…">: one stream per page.
// A region says data-live="office:<id> case:<id>", hx-get of its own view and hx-trigger="live"; it is told here when a topic changed.

const english = document.documentElement.lang === "en";
const LOST = english ? "Connection lost, reconnecting" : "连接中断，正在重连";
const PATIENCE = 4000; // the server ends each stream after some minutes; a quick return is not worth a word
const HIDDEN = 30000; // a page that nobody sees lets its connection go

class LiveStream extends HTMLElement {
  /** @type {EventSource | undefined} */ source;
  /** @type {number | undefined} */ lost;
  /** @type {number | undefined} */ hiding;
  topics = "";
  opened = false;

  connectedCallback() {
    this.setAttribute("role", "status");
    document.addEventListener("visibilitychange", this.seen);
    document.addEventListener("htmx:afterSettle", this.listen);
    this.listen();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.seen);
    document.removeEventListener("htmx:afterSettle", this.listen);
    this.close();
  }

  /** @returns {HTMLElement[]} */
  regions() {
    return [...document.querySelectorAll("[data-live]")].filter((element) => element instanceof HTMLElement);
  }

  listen = () => {
    const topics = [...new Set(this.regions().flatMap((region) => (region.dataset.live ?? "").split(/\s+/)))].filter(Boolean).sort().join(",");
    if (!topics || (topics === this.topics && this.source)) return;
    this.close();
    this.topics = topics;
    const since = this.opened ? "" : `&since=${this.getAttribute("since")}`;
    this.source = new EventSource(`${this.getAttribute("url")}?topics=${topics}${since}`, { withCredentials: true });
    this.source.onopen = this.found;
    this.source.onerror = this.missed;
    this.source.onmessage = (message) => this.tell((region) => (region.dataset.live ?? "").split(/\s+/).includes(message.data));
    this.source.addEventListener("all", () => this.tell(() => true));
  };

  close() {
    this.source?.close();
    this.source = undefined;
  }

  // After a gap nobody knows what was missed: every region asks once. On the first opening `since` tells the server.
  found = () => {
    clearTimeout(this.lost);
    this.lost = undefined;
    this.replaceChildren();
    this.dispatchEvent(new CustomEvent("live:open", { bubbles: true }));
    if (this.opened) this.tell(() => true);
    this.opened = true;
  };

  missed = () => {
    this.lost ??= window.setTimeout(() => {
      const badge = document.createElement("span");
      badge.className = "line-lost";
      badge.textContent = LOST;
      this.replaceChildren(badge);
    }, PATIENCE);
    // A refused stream does not come back by itself.
    if (this.source?.readyState === EventSource.CLOSED) {
      this.close();
      window.setTimeout(this.listen, PATIENCE);
    }
  };

  /** @param {(region: HTMLElement) => boolean} concerned */
  tell(concerned) {
    this.regions().filter(concerned).forEach((region) => region.dispatchEvent(new CustomEvent("live", { bubbles: false })));
  }

  seen = () => {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = window.setTimeout(() => this.close(), HIDDEN);
    else this.listen();
  };
}

customElements.define("live-stream", LiveStream);
