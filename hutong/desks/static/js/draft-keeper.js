// @ts-check
// <draft-keeper data-url="…">: around a form; sends what is typed to the server every few seconds and when the page goes.
// Nothing is kept in the browser: desks are shared. A place for its state: <output class="draft-state"> inside.

const english = document.documentElement.lang === "en";
const words = english
  ? { saved: "Draft saved {time}", failed: "Draft not saved; it is still on this page and will be sent again" }
  : { saved: "草稿已保存 {time}", failed: "草稿未能保存，内容仍在本页，将自动重试" };
const EVERY = 3000;

class DraftKeeper extends HTMLElement {
  /** @type {number | undefined} */ timer;
  sending = new AbortController();
  changed = false;

  connectedCallback() {
    this.addEventListener("input", this.note);
    this.addEventListener("change", this.note);
    this.addEventListener("submit", this.done);
    this.addEventListener("formdata", this.count);
    this.addEventListener("htmx:responseError", this.note);
    this.addEventListener("htmx:sendError", this.note);
    document.addEventListener("visibilitychange", this.leave);
    window.addEventListener("pagehide", this.leave);
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.leave);
    window.removeEventListener("pagehide", this.leave);
    clearTimeout(this.timer);
    this.send(true);
  }

  note = () => {
    this.changed = true;
    this.timer ??= window.setTimeout(() => this.send(false), EVERY);
  };

  // The form itself is on its way: no draft may arrive after it. Should it fail, `note` starts again.
  done = () => {
    this.changed = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending.abort();
  };

  leave = () => {
    this.send(true);
  };

  // Each sending counts one more, so that an older draft which arrives late never overwrites a newer one.
  /** @param {FormDataEvent} event */
  count = (event) => {
    const version = this.querySelector("[name=version]");
    if (!(version instanceof HTMLInputElement)) return;
    version.value = String(Number(version.value) + 1);
    event.formData.set("version", version.value);
  };

  fields() {
    const fields = new FormData(this.querySelector("form") ?? undefined);
    for (const [name, value] of [...fields]) if (typeof value !== "string") fields.delete(name);
    return fields;
  }

  /** @param {boolean} leaving the browser finishes the request even when the page is gone */
  async send(leaving) {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.changed) return;
    this.changed = false;
    this.sending = new AbortController();
    const { signal } = this.sending;
    try {
      const answer = await fetch(this.dataset.url ?? "", { method: "POST", body: this.fields(), keepalive: leaving, redirect: "error", signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.say(words.saved.replace("{time}", new Date().toLocaleTimeString("zh-CN", { hour12: false })), false);
    } catch {
      if (signal.aborted) return;
      this.say(words.failed, true);
      this.note();
    }
  }

  /** @param {string} text @param {boolean} failed */
  say(text, failed) {
    const place = this.querySelector(".draft-state");
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("failed", failed);
  }
}

customElements.define("draft-keeper", DraftKeeper);
