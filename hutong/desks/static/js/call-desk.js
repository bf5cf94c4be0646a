// @ts-check
// The operator's desk listens to the phone window: when a call rings, its form opens here. Of several desks the first one does it.

navigator.locks?.request("hutong-desk", () => {
  const phone = new BroadcastChannel("hutong-phone");
  phone.addEventListener("message", ({ data }) => {
    if (typeof data.sheet !== "string" || !data.sheet.startsWith("/")) return;
    phone.postMessage({ opens: data.sheet });
    location.assign(data.sheet); // the draft keeper sends what was typed
  });
  return new Promise(() => undefined);
});
