// A room without a media process, for a page that is measured: what its receivers hear is made up here, its socket by whoever
// drives the page. `talkers` are the numbers of those who speak, one for each slot.

globalThis.talkers = [];
const PACKET = 20; // ms

class Receiver {
  constructor(slot) {
    this.slot = slot;
    this.track = new MediaStreamTrackGenerator({ kind: "audio" }); // nothing ever comes, and nothing is decoded
  }

  getSynchronizationSources() {
    return [];
  }

  getContributingSources() {
    const source = globalThis.talkers[this.slot];
    if (!source) return [];
    const now = performance.now();
    const audioLevel = 0.02 + 0.2 * Math.abs(Math.sin(now / 170 + this.slot)); // about six syllables a second
    return [{ source, timestamp: Math.floor(now / PACKET) * PACKET, audioLevel, rtpTimestamp: 0 }];
  }
}

globalThis.RTCPeerConnection = class extends EventTarget {
  connectionState = "new";
  localDescription = null;
  #slots = 0;

  addTransceiver(_, { direction }) {
    const sender = { replaceTrack: async () => undefined };
    return direction === "sendonly" ? { sender } : { sender, receiver: new Receiver(this.#slots++) };
  }

  getConfiguration() {
    return {};
  }

  setConfiguration() {}

  async createOffer() {
    return { type: "offer", sdp: "v=0\r\n" };
  }

  async setLocalDescription(description) {
    this.localDescription = description;
  }

  async setRemoteDescription() {
    this.connectionState = "connected";
    this.onconnectionstatechange?.(new Event("connectionstatechange"));
  }

  async getStats() {
    return new Map();
  }

  close() {
    this.connectionState = "closed";
  }
};
