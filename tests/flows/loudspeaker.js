// Runs before a page's own scripts: tells how loud a tone is in what the page plays by Web Audio.
(() => {
  const connect = AudioNode.prototype.connect;
  let analyser;

  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      analyser = new AnalyserNode(target.context, { fftSize: 16384, smoothingTimeConstant: 0 });
      connect.call(this, analyser);
    }
    return connect.call(this, target, ...rest);
  };

  // The level (dBFS) of a tone of `frequency` Hz, as far as a few Hz tell tones apart.
  window.loudspeaker = (frequency) => {
    if (!analyser) return -200;
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const bin = Math.round((frequency * analyser.fftSize) / analyser.context.sampleRate);
    return Math.max(-200, ...levels.slice(bin - 3, bin + 4));
  };
})();
