// @ts-check
// The operator's desk listens to the phone window: when a call rings, its form opens here. Of several desks the first one does it.

navigator.locks?.request("hutong-desk", () => {
  new BroadcastChannel("hutong-phone").addEventListener("message", ({ data }) => {
    if (typeof data.sheet === "string" && data.sheet.startsWith("/")) location.assign(data.sheet); // the draft keeper sends what was typed
  });
  return new Promise(() => undefined);
});
