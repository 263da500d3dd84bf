// Many calls, one run: what several messages change is drawn once.

const HIDDEN = 500; // ms between two runs where there are no frames to draw

/**
 * A function that runs `run` with the next frame, however often it is called until then.
 * @param {() => void} run
 */
export function soon(run) {
  let due = false;
  const now = () => {
    due = false;
    run();
  };
  return () => {
    if (due) return;
    due = true;
    if (document.hidden) setTimeout(now, HIDDEN);
    else requestAnimationFrame(now);
  };
}
