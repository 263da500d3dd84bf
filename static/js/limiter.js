// No louder than a limit, for whoever has to hear what others were reported for: it may be a scream.

export const LOUDEST = 0.6; // of full scale

/**
 * Where sound goes in, and where it comes out: never above the gain of `out`. A compressor presses down what is loud, and
 * takes its time to notice; what gets past it meanwhile is cut.
 * @param {BaseAudioContext} context
 */
export function limiter(context) {
  const into = context.createDynamicsCompressor();
  into.threshold.value = -24;
  into.knee.value = 0;
  into.ratio.value = 20;
  into.attack.value = 0.002;
  const cut = context.createWaveShaper();
  cut.curve = new Float32Array([-1, 1]); // a straight line, which ends at full scale
  const out = context.createGain();
  into.connect(cut).connect(out);
  return { into, out };
}
