// Runs before the first paint: a classic script in <head>, so that a chosen theme never flashes the other one.
// A member's page comes with the theme chosen on whichever device; it is kept here, too, for when they are signed out.
(() => {
  const root = document.documentElement;
  const { dataset } = root;
  try {
    const kept = localStorage.getItem("stoa.theme");
    if (dataset.theme) localStorage.setItem("stoa.theme", dataset.theme);
    else if (kept === "light" || kept === "dark") dataset.theme = kept;
  } catch {
    // Storage may be forbidden; the system's theme then stands.
  }

  // What the browser or the system draws around the page is asked for by the system's theme: it follows the chosen one.
  const tags = /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("meta[name='theme-color']"));
  const colours = [...tags].map((tag) => ({ tag, own: tag.content, theme: tag.media.includes("dark") ? "dark" : "light" }));
  const paint = () => {
    const chosen = colours.find(({ theme }) => theme === dataset.theme);
    for (const { tag, own } of colours) tag.content = chosen?.own ?? own;
  };
  new MutationObserver(paint).observe(root, { attributeFilter: ["data-theme"] });
  paint();
})();
