import { ConfigurationError, parseEnvironment, type Environment } from '@app/runtime';

/**
 * The environment, or its faults. Unlike in a service, faults do not end the program immediately: help works without
 * a valid configuration, and the doctor reports the faults. No other command runs with them.
 */
export class Configuration {
  private constructor(
    /** The defaults if there is a fault. */
    readonly environment: Environment,
    readonly fault: ConfigurationError | null,
    /** Valid but unwise values; each warning starts with the variable's name. */
    readonly warnings: readonly string[],
  ) {}

  /** @param variables default to those of the process */
  static read(variables?: NodeJS.ProcessEnv): Configuration {
    const warnings: string[] = [];
    try {
      const environment = parseEnvironment(variables, (warning) => warnings.push(warning));
      return new Configuration(environment, null, warnings);
    } catch (error) {
      if (error instanceof ConfigurationError) return new Configuration(parseEnvironment({}), error, []);
      throw error;
    }
  }
}
