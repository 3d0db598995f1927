const { projects } = require('../../jest.config.js');

// Not one of the projects of `make test`: it takes minutes. A server that everybody shares is of no use to it.
const { globalSetup, globalTeardown, ...e2e } = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...e2e,
  displayName: 'chaos',
  testMatch: ['<rootDir>/test/chaos/**/*.test.ts'],
  forceExit: true,
};
