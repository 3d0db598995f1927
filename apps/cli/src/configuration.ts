import { ConfigurationError, parseEnvironment, type Environment } from '@app/runtime';

/**
 * The environment, or what is wrong with it. Faults do not end the program at once, as they end a service: help
 * works without a configuration, and the doctor shows the faults. No other command runs with them.
 */
export class Configuration {
  private constructor(
    /** The defaults, where there is a fault. */
    readonly environment: Environment,
    readonly fault: ConfigurationError | null,
  ) {}

  /** @param variables the process's own, unless others are given */
  static read(variables?: NodeJS.ProcessEnv): Configuration {
    try {
      return new Configuration(parseEnvironment(variables), null);
    } catch (error) {
      if (error instanceof ConfigurationError) return new Configuration(parseEnvironment({}), error);
      throw error;
    }
  }
}
