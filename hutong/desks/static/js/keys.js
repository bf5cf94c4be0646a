// @ts-check
// A key for each thing that says so: an element with aria-keyshortcuts="Alt+N" is clicked, or focused when it is a field.

const FIELD = "input:not([type=submit], [type=button], [type=radio], [type=checkbox]), textarea, select";

/** @param {KeyboardEvent} event */
function named(event) {
  const held = [event.ctrlKey && "Control", event.altKey && "Alt", event.shiftKey && "Shift", event.metaKey && "Meta"].filter(Boolean);
  // With Alt held some keyboards produce another character: the code names the key itself.
  const key = /^(Key|Digit)/.test(event.code) ? event.code.slice(-1) : event.key;
  return [...held, key].join("+");
}

/** A bare character belongs to the field that it is typed into. @param {KeyboardEvent} event */
function typing(event) {
  const bare = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
  return bare && event.target instanceof Element && event.target.matches(FIELD);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat || typing(event)) return;
  const wanted = document.querySelector("dialog[open]") ?? document;
  const name = named(event);
  for (const element of wanted.querySelectorAll("[aria-keyshortcuts]")) {
    if (!(element instanceof HTMLElement) || !element.getAttribute("aria-keyshortcuts")?.split(" ").includes(name)) continue;
    if (!element.checkVisibility()) continue;
    event.preventDefault();
    if (element.matches(FIELD)) element.focus();
    else element.click();
    return;
  }
});
