// @ts-check
// A seat that was left locks by itself. The server counts: this page tells it that somebody works, and asks how long is left.

const TOLD = 60_000; // the most often that it is told, in milliseconds
const LONG = 30 * 60_000;
let told = Date.now();
/** @type {number | undefined} */
let timer;

async function look() {
  let wait = TOLD;
  try {
    const answer = await fetch("/account/left");
    if (answer.redirected || answer.status === 401) return lock();
    const { seconds } = await answer.json();
    if (seconds === 0) return lock();
    wait = seconds === null ? LONG : Math.min(seconds * 1000 + 500, LONG);
  } catch {
    // No line: asked again in a minute; the lock is the server's and holds anyway.
  }
  clearTimeout(timer);
  timer = setTimeout(() => void look(), wait);
}

function lock() {
  const here = location.pathname + location.search;
  location.replace(`/account/locked?next=${encodeURIComponent(here)}`);
}

function works() {
  if (Date.now() - told < TOLD) return;
  told = Date.now();
  const token = document.body.getAttribute("hx-headers") ?? "{}";
  void fetch("/account/at-work", { method: "POST", headers: JSON.parse(token) }).catch(() => {});
}

for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, works, { passive: true });
void look();
