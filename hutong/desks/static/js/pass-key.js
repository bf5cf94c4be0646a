// @ts-check
// <pass-key options="address"> with a hidden input and a button: asks the device, and hands its answer in with the form.

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
/** @param {ArrayBuffer | null} buffer */
const written = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** @param {any} options as the server wrote them */
function read(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"])
    if (options[list]) read[list] = options[list].map((/** @type {any} */ one) => ({ ...one, id: bytes(one.id) }));
  return read;
}

/** @param {any} made */
function answer(made) {
  /** @type {Record<string, unknown>} */
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = written(made.response[name]);
  const { id, type, authenticatorAttachment } = made;
  return { id, type, rawId: written(made.rawId), response, authenticatorAttachment, clientExtensionResults: made.getClientExtensionResults() };
}

customElements.define(
  "pass-key",
  class extends HTMLElement {
    connectedCallback() {
      this.querySelector("button")?.addEventListener("click", () => void this.ask());
      if (!window.PublicKeyCredential) this.say("none");
    }

    async ask() {
      const form = this.closest("form");
      const input = this.querySelector("input");
      if (!form || !input) return;
      if (form.querySelector("input[name=name]:invalid")) return void form.reportValidity();
      try {
        const token = new FormData(form).get("csrfmiddlewaretoken");
        const asked = await fetch(this.getAttribute("options") ?? "", { method: "POST", headers: { "X-CSRFToken": String(token) } });
        const publicKey = read((await asked.json()).publicKey);
        const made = publicKey.user ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
        input.value = JSON.stringify(answer(made));
        form.submit();
      } catch {
        this.say("failed");
      }
    }

    /** @param {string} what */
    say(what) {
      const place = this.querySelector("[role=status]");
      if (place instanceof HTMLElement) place.textContent = place.dataset[what] ?? "";
    }
  },
);
