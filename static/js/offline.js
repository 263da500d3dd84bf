// The page for when there is no network: it makes way for the one that was asked for, as soon as it can.

addEventListener("online", () => location.reload());
