// @ts-check
// How a live region is exchanged under the hand of a person: not while a press is under way (the click would be lost),
// and who stood on a link or button of it stands on the same one afterwards; what was unfolded stays unfolded.

/** @type {Set<HTMLElement>} */
const waiting = new Set();
let pressed = false;
let stood = "";
/** @type {string[]} */
let opened = [];

/** @param {Event} event @returns {HTMLElement | undefined} */
function region(event) {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  return target instanceof HTMLElement && target.dataset.live ? target : undefined;
}

/** What tells a link or button from the others of its region. @param {Element | null} element */
const address = (element) => element?.getAttribute("href") ?? element?.getAttribute("name") ?? "";

function released() {
  setTimeout(() => {
    pressed = false;
    waiting.forEach((each) => each.dispatchEvent(new CustomEvent("live")));
    waiting.clear();
  });
}

document.addEventListener("pointerdown", () => (pressed = true), true);
document.addEventListener("pointerup", released, true);
document.addEventListener("pointercancel", released, true);
document.addEventListener("dragend", released, true);

document.addEventListener("htmx:beforeSwap", (event) => {
  const exchanged = region(event);
  if (!exchanged) return;
  if (pressed) {
    waiting.add(exchanged);
    /** @type {CustomEvent} */ (event).detail.shouldSwap = false;
  }
  opened = [...exchanged.querySelectorAll("details[open][id]")].map((each) => each.id);
  stood = exchanged.contains(document.activeElement) ? address(document.activeElement) : "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  const same = stood && [...(region(event)?.querySelectorAll("[href], [name]") ?? [])].find((each) => address(each) === stood);
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  opened = [];
  if (same instanceof HTMLElement) same.focus({ preventScroll: true });
  stood = "";
});
