// On its own, because it needs a container engine: make test-containers.
const { projects } = require('../../jest.config.js');
const { displayName, testMatch, globalSetup, globalTeardown, ...base } = projects[0];

module.exports = {
  ...base,
  displayName: 'containers',
  testMatch: ['<rootDir>/test/containers/**/*.test.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
  forceExit: true,
  // What follows a stack that did not start would fail for that reason alone.
  bail: 1,
};
