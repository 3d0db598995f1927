const { default: Sequencer } = require('@jest/test-sequencer');

/** The slowest files, which start first, so that the run does not end with one of them. */
const LONGEST = [
  'e2e/timing',
  'e2e/connections',
  'e2e/document-commands',
  'e2e/webhooks',
  'e2e/browser',
  'e2e/events',
  'contract/smtp-servers',
  'e2e/log-output',
  'e2e/signals',
  'e2e/cli-users',
  'e2e/cli-doctor',
  'e2e/client',
  'e2e/cli',
  'e2e/processes',
  'e2e/processes-faults',
  'e2e/readiness',
  'e2e/tls',
  'e2e/faults',
  'e2e/concealed',
  'e2e/rate-limits',
  'e2e/one-node-faults',
  'e2e/registration',
  'e2e/metrics',
  'contract/migrations',
  'e2e/redis-topologies',
  'e2e/worker-refused',
  'tools/check/rules',
  'e2e/fuzz',
  'e2e/worker-killed',
  'e2e/limits-under-attack',
  'e2e/me',
];

/** On a fresh checkout Jest knows no durations, and would take the largest files first. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex(
        (name) => path.endsWith(`${name}.test.ts`) || path.endsWith(`${name}.spec.ts`),
      );
      return place === -1 ? LONGEST.length : place;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
