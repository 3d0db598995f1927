// A separate configuration, because these tests need a container engine: make test-containers.
const { projects } = require('../../jest.config.js');
const { displayName, testMatch, globalSetup, globalTeardown, ...base } = projects[0];

module.exports = {
  ...base,
  displayName: 'containers',
  testMatch: ['<rootDir>/test/containers/**/*.test.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
  forceExit: true,
  // If the stack does not start, all further tests would fail for that reason alone.
  bail: 1,
};
