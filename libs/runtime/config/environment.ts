import type { variables } from './variables';

/** What the environment says, checked and typed; parsed once, at start. */
export type Environment = {
  readonly [Name in keyof typeof variables]: ReturnType<(typeof variables)[Name]['read']>;
};
export const Environment = Symbol('Environment');

/** Every fault of the environment, each on a line that begins with the variable's name. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
  }
}

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
export const EXIT_CONFIGURATION = 78;
