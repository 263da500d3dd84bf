// Runs before a page's own scripts: the system around the browser, as far as a page can tell, in the hands of a test.
(() => {
  const { mediaSession, wakeLock } = navigator;
  const set = mediaSession.setActionHandler.bind(mediaSession);
  const request = wakeLock?.request.bind(wakeLock);
  const state = { hidden: false };

  Object.defineProperty(document, "hidden", { get: () => state.hidden });
  Object.defineProperty(document, "visibilityState", { get: () => (state.hidden ? "hidden" : "visible") });

  window.system = {
    actions: {}, // what the system's buttons do
    locks: 0, // how many keep the screen on

    // The page goes into the background, or comes back.
    hide(on) {
      state.hidden = on;
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    },

    // A call takes the microphone.
    take(track) {
      Object.defineProperty(track, "muted", { value: true });
      track.dispatchEvent(new Event("mute"));
    },
  };
  mediaSession.setActionHandler = (action, run) => {
    set(action, run);
    window.system.actions[action] = run;
  };
  if (request) {
    wakeLock.request = async (kind) => {
      const lock = await request(kind);
      window.system.locks += 1;
      lock.addEventListener("release", () => (window.system.locks -= 1));
      return lock;
    };
  }
})();
