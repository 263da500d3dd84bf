// Press and hold a button to talk, for those without a Space key under their thumb.

/**
 * @param {HTMLElement} button
 * @param {() => boolean} on whether the button is held at all; a keyboard's press stays what it is
 * @param {(down: boolean) => boolean} talk says whether it took the press
 */
export function holdToTalk(button, on, talk) {
  let held = false;
  let swallow = false;
  button.addEventListener("pointerdown", (event) => {
    swallow = false;
    if (!on() || event.button !== 0 || !talk(true)) return;
    held = swallow = true;
    button.setPointerCapture(event.pointerId); // a thumb that slides off goes on talking
  });
  for (const sign of ["pointerup", "pointercancel", "lostpointercapture"]) {
    button.addEventListener(sign, () => {
      if (held) talk(false);
      held = false;
    });
  }
  button.addEventListener("contextmenu", (event) => held && event.preventDefault());
  button.addEventListener(
    "click",
    (event) => {
      if (swallow && event.detail) event.stopImmediatePropagation();
      swallow = false;
    },
    { capture: true },
  );
}
