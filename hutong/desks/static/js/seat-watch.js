// @ts-check
// A seat that was left locks by itself. The server counts: this page tells it that somebody works, and asks how long is left.
// Without a line it counts by itself, and when the time is over nothing stays to be read.

const TOLD = 60_000; // the most often that it is told, in milliseconds
const LONG = 30 * 60_000;
const LEFT = 15 * 60_000; // after which a desk counts as left while the server cannot say
const covered =
  document.documentElement.lang === "en"
    ? "Nobody was here for a while and there is no connection to the server, so this page was emptied. It comes back when the line does and you sign in; a draft that was not saved yet is saved then."
    : "这里有一段时间没有人操作，又连接不上服务器，页面内容已清除。网络恢复、重新登录后即可继续，没来得及保存的草稿会自动补存。";
let told = Date.now();
let until = Infinity; // when it counts as left, as far as is known here
/** @type {number | undefined} */
let timer;

async function look() {
  let wait = TOLD;
  try {
    const answer = await fetch("/account/left");
    if (answer.redirected || answer.status === 401) return lock();
    const { seconds } = await answer.json();
    if (seconds === 0 || document.getElementById("covered")) return lock();
    until = seconds === null ? Infinity : Date.now() + seconds * 1000;
    wait = Math.min(until - Date.now() + 500, LONG);
  } catch {
    if (Date.now() >= until) cover(); // and asked again in a minute; the lock is the server's and holds anyway
  }
  clearTimeout(timer);
  timer = setTimeout(() => void look(), wait);
}

function lock() {
  const here = location.pathname + location.search;
  location.replace(`/account/locked?next=${encodeURIComponent(here)}`);
}

// What a draft could not send yet goes on trying, unseen: nothing entered is lost.
function cover() {
  const unsent = [...document.querySelectorAll("draft-keeper")].filter((draft) => "changed" in draft && draft.changed);
  const said = document.createElement("p");
  said.id = "covered";
  said.className = "single";
  said.textContent = covered;
  said.setAttribute("role", "alert");
  for (const draft of unsent) draft.toggleAttribute("hidden", true);
  document.title = covered;
  document.body.replaceChildren(said, ...unsent);
}

function works() {
  until = Math.max(until, Date.now() + LEFT);
  if (Date.now() - told < TOLD) return;
  told = Date.now();
  const token = document.body.getAttribute("hx-headers") ?? "{}";
  void fetch("/account/at-work", { method: "POST", headers: JSON.parse(token) }).catch(() => {});
}

for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, works, { passive: true });
void look();
