// What the socket of a room's page that is measured says, second by second.

/** Says the messages of one second after the other. */
globalThis.play = (seconds) => {
  const timer = setInterval(() => {
    const messages = seconds.shift();
    if (!messages) return clearInterval(timer);
    for (const message of messages) globalThis.say(message);
  }, 1000);
};
