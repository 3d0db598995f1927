/**
 * Ends the process gracefully on a signal while it is loading and starting, when there is nothing to finish. The
 * first process of a container has no default action for signals: the signal would be lost, and the container killed
 * half a minute later. Import it before everything that takes time to load. Once the app listens for the signal
 * itself, this listener does nothing.
 */
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
}

// What a hang-up means depends on the number of processes, so it waits until the app listens for it.
let hungUp = false;
process.on('SIGHUP', () => {
  hungUp ||= process.listenerCount('SIGHUP') === 1;
});
process.on('newListener', (event) => {
  if (event !== 'SIGHUP' || !hungUp) return;
  hungUp = false;
  setImmediate(() => process.emit('SIGHUP', 'SIGHUP'));
});
