/*
 * Preloaded into an api whose memory a test measures: after SIGUSR2, V8 frees memory whenever the process is idle, as it
 * does for an app in the background. Otherwise it first waits until few bytes have been allocated per second since its
 * last collection, and after an attack on an otherwise idle api that takes half a minute. What is still referenced stays
 * either way.
 */
const process = require('node:process');
const { setFlagsFromString } = require('node:v8');

process.on('SIGUSR2', () => setFlagsFromString('--optimize-for-size'));
