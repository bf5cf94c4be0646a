// @ts-check
// What every page does: dialogs, menus, messages, plain words for a request that failed, one submit at a time.

const english = document.documentElement.lang === "en";
const words = english
  ? {
      line: "No connection to the server. What you typed is still here; please try again in a moment.",
      signed: "You are signed out. What you typed is still here: sign in in another tab, then try again.",
      refused: "This is not open to you, or is no longer there. Nothing was changed.",
      gone: "This is no longer with you. The page stays as you last saw it.",
      failed: "The server could not do this. Nothing was changed and what you typed is still here. Please try again.",
    }
  : {
      line: "连接不上服务器。您填写的内容仍在本页，请稍后再试。",
      signed: "登录已过期。您填写的内容仍在本页：请在新窗口重新登录，再回来重试。",
      refused: "您不能进行这一步，或它已不存在。没有改动任何内容。",
      gone: "这里已不在您的范围内，此页停留在您最后看到的样子。",
      failed: "服务器没能完成这一步。没有改动任何内容，您填写的内容仍在本页，请再试一次。",
    };

/** Show a message until it is dismissed. @param {string} text */
function say(text) {
  const template = document.getElementById("message-template");
  const place = document.getElementById("messages");
  if (!(template instanceof HTMLTemplateElement) || !place) return;
  if ([...place.querySelectorAll("span")].some((said) => said.textContent === text)) return;
  const message = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const span = message.querySelector("span");
  if (span) span.textContent = text;
  place.append(message);
}

/** @param {number} status */
const plain = (status) => (status === 401 ? words.signed : status === 403 || status === 404 ? words.refused : words.failed);

document.addEventListener("htmx:sendError", () => say(words.line));
document.addEventListener("htmx:timeout", () => say(words.line));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = /** @type {CustomEvent} */ (event).detail;
  const left = xhr.status === 404 && elt instanceof HTMLElement && elt.dataset.live; // a case was handed over: expected, and asked no more
  if (left) delete elt.dataset.live;
  say(left ? words.gone : plain(xhr.status));
});

// What is renewed again is proof that the line is back: on a wall nobody is there to dismiss the message.
document.addEventListener("htmx:afterSwap", () => {
  for (const message of document.querySelectorAll("#messages .message")) if (message.querySelector("span")?.textContent === words.line) message.remove();
});

document.addEventListener("click", (event) => {
  const clicked = event.target instanceof Element ? event.target : document.body;
  const opens = clicked.closest("[data-opens]")?.getAttribute("data-opens");
  const dialog = opens && document.getElementById(opens);
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
  if (clicked.closest("[data-closes]")) clicked.closest("dialog")?.close();
  clicked.closest("[data-dismiss]")?.closest(".message")?.remove();
  if (clicked.closest('[aria-disabled="true"]')) event.preventDefault();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(clicked)) menu.removeAttribute("open");
});

// A thing with a small window of its own, such as the phone, is opened once and never loaded anew: a reload would drop a talk.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-window]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  const opened = window.open("", link.target, "popup,width=380,height=640");
  if (opened?.location.href === "about:blank") opened.location.href = link.href;
  opened?.focus();
});

// What went well goes by itself: it stands on the page too. What went wrong stays until it is dismissed.
const PASSING = 6000;
setTimeout(() => document.querySelectorAll(".message.success").forEach((message) => message.remove()), PASSING);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details[data-menu][open]").forEach((menu) => menu.removeAttribute("open"));
});

// On a narrow screen a row of links begins with the one where one is.
for (const here of document.querySelectorAll("nav > [aria-current=page]"))
  if (here instanceof HTMLElement && here.parentElement) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft;

// A table that is wider than its place is reached by Tab, so that keys can move it.
const places = new ResizeObserver((resized) => {
  for (const { target } of resized)
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
});
const watch = () => document.querySelectorAll(".table-wrap").forEach((place) => places.observe(place));
document.addEventListener("htmx:afterSwap", watch);
watch();

// A form that came back with faults: typing goes on at the first of them.
const fault = document.querySelector("main [aria-invalid=true]");
if (fault instanceof HTMLElement) fault.focus();

// A second press while the first is on its way is one submit.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else if (form.method === "post") {
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), 8000);
  }
});
