// @ts-check
// <shown-briefly seconds="30" over="…">: a value that one had to ask for. When its time is over, only `over` stands there.

class ShownBriefly extends HTMLElement {
  /** @type {number | undefined} */
  #timer;

  connectedCallback() {
    this.#timer = window.setTimeout(() => this.#hide(), Number(this.getAttribute("seconds")) * 1000);
  }

  disconnectedCallback() {
    window.clearTimeout(this.#timer);
  }

  #hide() {
    this.textContent = this.getAttribute("over") ?? "";
  }
}

customElements.define("shown-briefly", ShownBriefly);
