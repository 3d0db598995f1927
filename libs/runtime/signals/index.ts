/*
 * Ends the process in order on a signal that comes while it still loads and starts, when there is nothing to finish. The first
 * process of a container has no default for a signal: it would be lost, and the container killed half a minute later. To be
 * imported before what takes time to load. Once the app listens for the signal itself, this one leaves it to the app.
 */
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
}
