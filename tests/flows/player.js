// A player without our page: listens by WHEP with a room token, as draft-ietf-wish-whep has it.
window.player = {
  async listen(room, token) {
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    for (let slot = 0; slot < 3; slot += 1) peer.addTransceiver("audio", { direction: "recvonly" });
    peer.addEventListener("track", ({ track }) => {
      const sound = Object.assign(new Audio(), { srcObject: new MediaStream([track]) });
      sound.play();
    });
    await peer.setLocalDescription();
    const answer = await fetch(`/api/v1/rooms/${room}/whep`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" },
      body: peer.localDescription.sdp,
    });
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
    Object.assign(this, { session: answer.headers.get("Location"), token, peer });
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  },

  // The status of the DELETE that ends the session.
  async stop() {
    const answer = await fetch(this.session, { method: "DELETE", headers: { Authorization: `Bearer ${this.token}` } });
    return answer.status;
  },
};
