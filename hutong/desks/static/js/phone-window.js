// @ts-check
// The phone's own window: opens the line, rings, answers, mutes, and tells the operator's desk which call rings.
// Region #now is the server's word on what goes on; this file adds what only the browser knows.

const english = document.documentElement.lang === "en";
const words = english
  ? {
      there: "Connected to the exchange", lost: "Not connected to the exchange, trying again", twice: "The phone is open in another window.",
      microphone: "No microphone. Allow it for this page or plug one in, then answer again.", none: "No exchange is set up here.",
      mute: "Mute", unmute: "Unmute", call: "Call",
    }
  : {
      there: "已连上话机", lost: "话机未连上，正在重连", twice: "话机已在另一个窗口打开。",
      microphone: "没有可用的麦克风。请允许本页使用或插好耳麦，再接听。", none: "这里没有接通交换机。",
      mute: "静音", unmute: "取消静音", call: "来电",
    };
const EVERY = 15000; // milliseconds between two signs of life
const line = /** @type {any} */ (document.querySelector("phone-line"));
const now = /** @type {HTMLElement} */ (document.getElementById("now"));
const state = /** @type {HTMLElement} */ (document.getElementById("line-state"));
const trouble = /** @type {HTMLElement} */ (document.getElementById("trouble"));
const desks = new BroadcastChannel("hutong-phone");
const title = document.title;
let rung = "";
let opened = ""; // the form that a desk said it opens

/** @param {string} address @param {boolean} leaving */
function post(address, leaving = false) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  return fetch(address, { method: "POST", headers, keepalive: leaving });
}

/** @param {string} text */
function complain(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

/** What only the browser knows, written into the region. */
function draw() {
  state.textContent = line.isThere ? words.there : words.lost;
  state.classList.toggle("there", line.isThere);
  const call = now.querySelector("[data-call]");
  for (const button of now.querySelectorAll("[data-does=answer]")) if (button instanceof HTMLButtonElement) button.disabled = line.state !== "ringing";
  for (const button of now.querySelectorAll("[data-does=mute]")) {
    button.setAttribute("aria-pressed", String(line.isMuted));
    const label = button.querySelector("span");
    if (label) label.textContent = line.isMuted ? words.unmute : words.mute;
  }
  const ringing = call instanceof HTMLElement && call.dataset.state === "ringing" ? call : undefined;
  document.title = ringing ? `${words.call} ${ringing.dataset.caller} · ${title}` : title;
  tone(line.state === "ringing");
  if (call instanceof HTMLElement && call.dataset.sheet && call.dataset.call !== rung) tellDesk(call.dataset.call ?? "", call.dataset.sheet);
}

/** The desk opens the form of the call, once. Where no desk is open, answering opens one. @param {string} id @param {string} sheet */
function tellDesk(id, sheet) {
  rung = id;
  desks.postMessage({ sheet });
}

function openDesk() {
  const sheet = now.querySelector("[data-sheet]")?.getAttribute("data-sheet");
  if (sheet && sheet !== opened) window.open(sheet, "hutong-desk");
}

desks.addEventListener("message", ({ data }) => (opened = data.opens ?? opened));

/** Somebody asks for the form: the desk shows it, and where it shows something else, again. */
function showDesk() {
  const sheet = now.querySelector("[data-sheet]")?.getAttribute("data-sheet") ?? "";
  opened = "";
  desks.postMessage({ sheet });
  setTimeout(openDesk, 300);
}

async function answer() {
  if (line.state !== "ringing") return;
  complain("");
  openDesk();
  await line.answer().catch(() => complain(words.microphone));
}

now.addEventListener("click", (event) => {
  const does = event.target instanceof Element && event.target.closest("[data-does]")?.getAttribute("data-does");
  if (does === "answer") answer();
  if (does === "mute") line.mute(!line.isMuted);
  if (does === "desk") showDesk();
});

// A ringing bell of two notes, made here: no file to load, and silent until somebody has used the window.
/** @type {AudioContext | undefined} */ let bell;
/** @type {number | undefined} */ let striking;

function strike() {
  bell ??= new AudioContext();
  const [wave, volume] = [bell.createOscillator(), bell.createGain()];
  wave.frequency.value = 450;
  volume.gain.setValueAtTime(0.15, bell.currentTime);
  volume.gain.setValueAtTime(0, bell.currentTime + 1);
  wave.connect(volume).connect(bell.destination);
  wave.start();
  wave.stop(bell.currentTime + 1);
}

/** @param {boolean} on */
function tone(on) {
  if (on === Boolean(striking)) return;
  clearInterval(striking);
  striking = on ? window.setInterval(strike, 2500) : undefined;
  if (on) strike();
}

document.addEventListener("htmx:afterSwap", draw);
for (const event of ["line", "talk"]) line.addEventListener(event, draw);
// What the server makes of it is asked for a moment later, also where no live stream comes through.
line.addEventListener("talk", () => window.setTimeout(() => document.body.dispatchEvent(new Event("done")), 500));
line.addEventListener("refused", () => complain(words.twice));

addEventListener("beforeunload", (event) => {
  if (line.state === "talking") event.preventDefault(); // the browser asks once more
});

// One phone in a browser: the lock is held as long as the window is open.
navigator.locks.request("hutong-phone", { ifAvailable: true }, async (lock) => {
  if (!lock) return complain(words.twice);
  const given = await (await post(now.dataset.line ?? "")).json().catch(() => ({}));
  if (!given.server) return complain(words.none);
  line.open(given);
  window.setInterval(() => post(now.dataset.alive ?? ""), EVERY);
  window.addEventListener("pagehide", () => post(now.dataset.leave ?? "", true));
  return new Promise(() => undefined);
});
