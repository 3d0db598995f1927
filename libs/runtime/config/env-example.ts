import type { Environment } from './environment';
import { variables } from './variables';

const HEADER = `# Every variable that the service reads, with what it is when nobody sets it: copy this file to .env and take the
# "#" away from the lines you change. NAME_FILE, with the path of a file that holds the value, does for NAME.
# Made by \`npm run env:example\` from libs/runtime/config/variables.ts.`;

/** The text of `.env.example`: each variable with its description and, commented out, its default. */
export function envExample(): string {
  const blocks = Object.entries(variables).map(
    ([name, { desc, default: value }]) => `# ${String(desc)}\n#${name}=${asWritten(value)}`,
  );
  return `${[HEADER, ...blocks].join('\n\n')}\n`;
}

/** As a shell, Docker Compose and Node read it. */
function asWritten(value: Environment[keyof Environment] | undefined): string {
  const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
  return /\s/.test(text) ? `"${text}"` : text;
}
