// @ts-check
// The page of a case: the form of an action opens in the dialog when it has arrived; the others see who fills in which form.

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("deed"));
const body = /** @type {HTMLElement} */ (document.getElementById("deed-body"));
const doing = /** @type {HTMLInputElement} */ (document.getElementById("doing"));
const beside = document.getElementById("beside");

/** Tell the others. @param {string} code */
function say(code) {
  if (doing.value === code) return;
  doing.value = code;
  document.body.dispatchEvent(new CustomEvent("doing"));
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.target !== body) return;
  if (!dialog.open) dialog.showModal();
  const form = body.querySelector("form");
  say(form?.dataset.deed ?? "");
  const wrong = body.querySelector("[aria-invalid=true], [role=alert]");
  const first = wrong ?? body.querySelector(".fields :is(input:not([type=hidden]), select, textarea)");
  if (first instanceof HTMLElement) first.focus();
});

body.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-closes]")) event.preventDefault();
});

dialog.addEventListener("close", () => {
  body.replaceChildren(); // the draft keeper sends what was typed as it goes
  say("");
});

window.addEventListener("pagehide", () => {
  const address = beside?.getAttribute("hx-post");
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  if (address) fetch(address, { method: "POST", body: new URLSearchParams({ leave: "" }), headers, keepalive: true });
});
