// @ts-check
// <phone-line>: the line from this browser to the exchange: one registration, one talk. SIP.js stands behind this file and no other.
// It carries sound and nothing else; what becomes of a call is decided on the server. Events: line, talk, refused.

import { Registerer, RegistererState, SessionState, UserAgent } from "../sip.js/api/index.js";

/** @typedef {{server: string, domain: string, user: string, password: string}} Given */
const SOUND = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: false };
const AGAIN = [250, 500, 1000, 2000, 4000]; // milliseconds until the line is tried again; the last of them for ever
const PATIENCE = 8; // refusals until one believes them
const GATHERING = 500; // milliseconds for the browser to name its own addresses: no address server is asked
const OWN_WISH = "X-Hutong-Answer"; // rung because this person asked for it: nobody need answer
const BUSY = 486;

class PhoneLine extends HTMLElement {
  /** @type {import("../sip.js/api/index.js").Invitation | undefined} */ talk;
  /** @type {number | undefined} */ timer;
  sound = new Audio();
  tries = 0;
  isMuted = false;

  /** Sign in at the exchange, and again whenever the connection was lost. @param {Given} given */
  open(given) {
    this.agent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${given.user}@${given.domain}`),
      authorizationUsername: given.user,
      authorizationPassword: given.password,
      transportOptions: { server: given.server, keepAliveInterval: 20 },
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: GATHERING, peerConnectionConfiguration: { iceServers: [] } },
      logBuiltinEnabled: false,
      delegate: { onConnect: () => this.register(), onDisconnect: () => this.lost(), onInvite: (talk) => this.ring(talk) },
    });
    this.registerer = new Registerer(this.agent, { expires: 60 });
    this.registerer.stateChange.addListener(() => this.tell("line"));
    addEventListener("online", () => this.connect());
    this.connect();
  }

  /** Whether the exchange can ring here. */
  get isThere() {
    return Boolean(this.agent?.isConnected()) && this.registerer?.state === RegistererState.Registered;
  }

  async connect() {
    if (!this.agent || this.agent.isConnected()) return;
    try {
      await (this.agent.state === "Started" ? this.agent.reconnect() : this.agent.start());
    } catch {
      this.lost();
    }
  }

  lost() {
    this.tell("line");
    this.later(() => this.connect());
  }

  // The exchange may not know this window yet; and it lets one in no more after another window of the same person.
  register() {
    const onReject = () => (this.tries < PATIENCE ? this.later(() => this.register()) : this.tell("refused"));
    const onAccept = () => (this.tries = 0);
    this.registerer?.register({ requestDelegate: { onAccept, onReject } }).catch(() => this.lost());
  }

  /** @param {() => void} again */
  later(again) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(again, AGAIN[Math.min(this.tries++, AGAIN.length - 1)]);
  }

  /** @param {import("../sip.js/api/index.js").Invitation} talk */
  ring(talk) {
    if (this.talk) return void talk.reject({ statusCode: BUSY });
    this.talk = talk;
    talk.stateChange.addListener((state) => {
      if (state === SessionState.Established) this.hear();
      if (state === SessionState.Terminated) this.over();
      this.tell("talk");
    });
    if (talk.request.getHeader(OWN_WISH) === "auto") this.answer().catch(() => talk.reject());
    this.tell("talk");
  }

  /** What the browser itself has: "", ringing, joining, talking. */
  get state() {
    const names = { [SessionState.Initial]: "ringing", [SessionState.Establishing]: "joining", [SessionState.Established]: "talking" };
    return this.talk ? (names[this.talk.state] ?? "") : "";
  }

  /** Take up the call that rings. Rejects where there is no microphone. */
  async answer() {
    await this.talk?.accept({ sessionDescriptionHandlerOptions: { constraints: SOUND } });
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.isMuted = muted;
    for (const sender of this.wire?.getSenders() ?? []) if (sender.track) sender.track.enabled = !muted;
    this.tell("talk");
  }

  /** @returns {RTCPeerConnection | undefined} */
  get wire() {
    return /** @type {any} */ (this.talk?.sessionDescriptionHandler)?.peerConnection;
  }

  hear() {
    this.sound.srcObject = /** @type {any} */ (this.talk?.sessionDescriptionHandler).remoteMediaStream;
    this.sound.play().catch(() => undefined); // a window in which nobody has clicked yet; the answering click lets it play
  }

  over() {
    this.talk = undefined;
    this.isMuted = false;
    this.sound.srcObject = null;
  }

  /** @param {string} what */
  tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

customElements.define("phone-line", PhoneLine);
