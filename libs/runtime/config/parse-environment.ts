import { existsSync, statSync } from 'node:fs';
import { contradictions, unwiseChoices } from './contradictions';
import { ConfigurationError, type Environment } from './environment';
import { givenValues } from './given-values';
import { Refusal } from './kinds';
import { variables } from './variables';

/**
 * Reads `.env` of the working directory, if there is one. Variables that are already set take precedence.
 * @throws {ConfigurationError} if it cannot be read
 */
export function loadDotEnv(file = '.env'): void {
  if (!existsSync(file)) return;
  // Docker creates it if a file that does not exist is mounted.
  if (statSync(file).isDirectory()) throw new ConfigurationError([`${file}: is a directory, not a file`]);
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new ConfigurationError([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
}

/**
 * Checks the environment as a whole.
 * @param warn is called for each value that is valid but probably a mistake
 * @throws {ConfigurationError} with every faulty variable, and without the values of secrets
 */
export function parseEnvironment(
  raw: NodeJS.ProcessEnv = process.env,
  warn: (warning: string) => void = () => {},
): Environment {
  const { values, faults, warnings } = givenValues(raw);
  const read: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const value = values[name];
    try {
      read[name] = value === undefined ? variable.default : variable.read(value);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      faults.push(`${name}: ${error.message}`);
    }
  }
  faults.push(...contradictions(read));
  if (faults.length > 0) throw new ConfigurationError(faults);
  const environment = Object.freeze(read) as Environment;
  for (const warning of [...warnings, ...unwiseChoices(environment)]) warn(warning);
  return environment;
}
