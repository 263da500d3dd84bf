// Runs before the first paint: a classic script in <head>, so that a chosen theme never flashes the other one.
// A member's page comes with the theme chosen on whichever device; it is kept here, too, for when they are signed out.
(() => {
  try {
    const { dataset } = document.documentElement;
    const kept = localStorage.getItem("stoa.theme");
    if (dataset.theme) localStorage.setItem("stoa.theme", dataset.theme);
    else if (kept === "light" || kept === "dark") dataset.theme = kept;
  } catch {
    // Storage may be forbidden; the system's theme then stands.
  }
})();
