// Mallory's own client: speaks from the first packet on, whatever anybody says, and never stops.
window.forge = {
  // Joins the room and sends from its very first offer; resolves when connected.
  async join(room) {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/rooms/${room}/?tab=forged`);
    const said = [];
    const heard = (type) =>
      new Promise((resolve) => {
        const look = () => said.find((message) => message.type === type);
        socket.addEventListener("message", () => look() && resolve(look()));
        if (look()) resolve(look());
      });
    socket.onmessage = ({ data }) => said.push(JSON.parse(data));
    Object.assign(this, { socket, said, id: 1 });
    await heard("welcome");
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    peer.addTransceiver(microphone.getAudioTracks()[0], { direction: "sendonly" });
    for (let slot = 0; slot < 3; slot += 1) peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription();
    socket.send(JSON.stringify({ type: "media.offer", id: this.id, sdp: peer.localDescription.sdp }));
    const { sdp } = await heard("media.answer");
    await peer.setRemoteDescription({ type: "answer", sdp });
    await new Promise((resolve) => {
      peer.onconnectionstatechange = () => peer.connectionState === "connected" && resolve();
    });
  },

  // The server's answer to a move.
  move(move) {
    const id = (this.id += 1);
    this.socket.send(JSON.stringify({ type: "move", move, id }));
    return new Promise((resolve) => {
      this.socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.id === id) resolve(message);
      });
    });
  },
};
