import type { variables } from './variables';

/** The configuration, checked and typed. It is parsed once, at start. */
export type Environment = {
  readonly [Name in keyof typeof variables]: ReturnType<(typeof variables)[Name]['read']>;
};
export const Environment = Symbol('Environment');

/** All faults of the configuration, one on each line, starting with the variable's name. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The configuration has ${count}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** EX_CONFIG of sysexits.h: the program found a configuration error. */
export const EXIT_CONFIGURATION = 78;
