// @ts-check
// A page that is made to be printed: its button prints it.

for (const button of document.querySelectorAll("[data-prints]")) button.addEventListener("click", () => print());
