import { ConfigurationError, parseEnvironment, type Environment } from '@app/runtime';

/**
 * The environment, or what is wrong with it. Faults do not end the program immediately, as they end a service: help
 * works without a configuration, and the doctor shows the faults. No other command runs with them.
 */
export class Configuration {
  private constructor(
    /** The defaults, where there is a fault. */
    readonly environment: Environment,
    readonly fault: ConfigurationError | null,
    /** What works and is probably not meant, or is unwise; each begins with the variable's name. */
    readonly warnings: readonly string[],
  ) {}

  /** @param variables the process's own, unless others are given */
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
