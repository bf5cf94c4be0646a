// @ts-check
// <intake-sheet>: around the intake form. Adds and takes out rows of children and people, and keeps Enter in a field from
// sending the form.

class IntakeSheet extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.press);
    this.addEventListener("keydown", this.key);
  }

  /** @param {MouseEvent} event */
  press = (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.adds) this.add(button.dataset.adds);
    if (button?.dataset.removes !== undefined) this.remove(button.closest("fieldset"));
  };

  /** @param {string} name */
  add(name) {
    const section = document.getElementById(name);
    const template = section?.querySelector("template");
    const total = section?.querySelector("[name$=TOTAL_FORMS]");
    if (!section || !template || !(total instanceof HTMLInputElement)) return;
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    for (const element of copy.querySelectorAll("*"))
      for (const { name: attribute, value } of element.attributes) element.setAttribute(attribute, value.replaceAll("__prefix__", total.value));
    total.value = String(Number(total.value) + 1);
    template.before(copy);
    const row = template.previousElementSibling;
    const first = row?.querySelector("input:not([type=hidden]), select");
    if (first instanceof HTMLElement) first.focus();
    this.changed();
  }

  // A row that is taken out stays in the form, marked: the server counts rows by their numbers.
  /** @param {HTMLFieldSetElement | null} row */
  remove(row) {
    const mark = row?.querySelector("[name$=DELETE]");
    if (!row || !(mark instanceof HTMLInputElement)) return;
    mark.checked = true;
    row.hidden = true;
    const next = row.closest("section")?.querySelector("[data-adds]");
    if (next instanceof HTMLElement) next.focus();
    this.changed();
  }

  changed() {
    this.querySelector("form")?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  key = (event) => {
    if (event.key === "Enter" && !event.ctrlKey && event.target instanceof HTMLInputElement) event.preventDefault();
  };
}

customElements.define("intake-sheet", IntakeSheet);
