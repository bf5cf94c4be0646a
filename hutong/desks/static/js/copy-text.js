// @ts-check
// A button with data-copies="id" copies the text of that element. Hidden where the browser lets no page do that.

for (const button of document.querySelectorAll("[data-copies]")) {
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies ?? "")?.textContent ?? "");
    const words = button.querySelector("span");
    if (words) words.textContent = button.dataset.copied ?? "";
  });
}
