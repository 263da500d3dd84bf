// The least that a page can do to play a room's three slots: one connection, three players, nothing shown.
(room) => {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  peer.addTransceiver("audio", { direction: "sendonly" });
  for (let slot = 0; slot < 3; slot += 1) {
    const { track } = peer.addTransceiver("audio", { direction: "recvonly" }).receiver;
    const player = Object.assign(new Audio(), { srcObject: new MediaStream([track]) });
    document.body.append(player);
    void player.play();
  }
  const socket = new WebSocket(`ws://${location.host}/ws/rooms/${room}/`);
  socket.onmessage = async ({ data }) => {
    const { type, sdp } = JSON.parse(data);
    if (type === "media.answer") await peer.setRemoteDescription({ type: "answer", sdp });
    if (type !== "welcome") return;
    await peer.setLocalDescription();
    socket.send(JSON.stringify({ type: "media.offer", id: 1, sdp: peer.localDescription.sdp }));
  };
  return new Promise((resolve) => {
    peer.onconnectionstatechange = () => peer.connectionState === "connected" && resolve();
  });
}
