// @ts-check
// <name-picker data-url="…">: a text field that offers names from the server while one types. The server reads whatever
// stands in the field in the end, so the list only helps. Arrow keys, Enter, Escape; WAI-ARIA combobox.

let count = 0;

class NamePicker extends HTMLElement {
  list = document.createElement("ul");
  /** @type {number | undefined} */ timer;
  asked = new AbortController();
  at = -1;

  connectedCallback() {
    this.list.id = `names-${(count += 1)}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-autocomplete", "list");
    this.list.setAttribute("aria-label", this.input.labels?.[0]?.textContent ?? "");
    this.append(this.list);
    this.input.addEventListener("input", this.wait);
    this.input.addEventListener("focus", this.wait);
    this.input.addEventListener("keydown", this.key);
    this.input.addEventListener("blur", this.hide);
    this.list.addEventListener("pointerdown", this.press);
  }

  /** @returns {HTMLInputElement} */
  get input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  wait = () => {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(this.ask, 150);
  };

  ask = async () => {
    this.asked.abort();
    this.asked = new AbortController();
    try {
      const answer = await fetch(`${this.dataset.url}?q=${encodeURIComponent(this.input.value)}`, { signal: this.asked.signal });
      if (answer.ok) this.offer(await answer.json());
    } catch {
      this.hide();
    }
  };

  /** @param {[string, string][]} names */
  offer(names) {
    this.at = -1;
    this.list.replaceChildren(...names.map(([name, note], place) => this.option(name, note, place)));
    const done = names.length === 0 || (names.length === 1 && names[0][0] === this.input.value) || document.activeElement !== this.input;
    this.show(!done);
  }

  /** @param {string} name @param {string} note @param {number} place */
  option(name, note, place) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${place}`;
    item.setAttribute("role", "option");
    item.dataset.name = name;
    const small = document.createElement("small");
    small.textContent = note;
    item.append(name, small);
    return item;
  }

  /** @param {boolean} open */
  show(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  }

  hide = () => {
    clearTimeout(this.timer);
    this.asked.abort();
    this.show(false);
  };

  /** @param {KeyboardEvent} event */
  key = (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && this.list.hidden) this.wait();
    else if (move) this.mark(this.at + move);
    else if (event.key === "Enter" && !this.list.hidden && this.at >= 0) this.choose(this.list.children[this.at]);
    else if (event.key === "Escape" && !this.list.hidden) this.hide();
    else return;
    event.preventDefault();
  };

  /** @param {number} place */
  mark(place) {
    const items = [...this.list.children];
    this.at = (place + items.length) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === this.at)));
    items[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", items[this.at].id);
  }

  /** @param {PointerEvent} event */
  press = (event) => {
    const item = event.target instanceof Element ? event.target.closest("li") : null;
    event.preventDefault();
    if (item) this.choose(item);
  };

  /** @param {Element} item */
  choose(item) {
    this.input.value = item instanceof HTMLElement ? (item.dataset.name ?? "") : "";
    this.hide();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("name-picker", NamePicker);
