// @ts-check
// A demo sign-in fills the form by a click; the person still presses the button.

document.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("[data-fills]") : null;
  if (!(row instanceof HTMLElement)) return;
  const form = document.getElementById(row.dataset.fills ?? "");
  for (const name of ["username", "password", "code"]) {
    const field = form?.querySelector(`[name=${name}]`);
    if (field instanceof HTMLInputElement && row.dataset[name]) field.value = row.dataset[name];
  }
  form?.querySelector("button")?.focus();
});
