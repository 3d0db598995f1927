const { projects } = require('../../jest.config.js');

// Not one of the projects of `make test`, because it takes minutes. It does not use the shared server.
const { globalSetup, globalTeardown, ...e2e } = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...e2e,
  displayName: 'chaos',
  testMatch: ['<rootDir>/test/chaos/**/*.test.ts'],
  forceExit: true,
};
