import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Commands that a document asks its reader to type: one inline command, or all of a fenced block. */
export interface ShellCommand {
  readonly document: string;
  /** As a shell runs it. */
  readonly script: string;
  /** The commands of the script, one each, without comments. */
  readonly commands: readonly string[];
  /** A command of the command line that is only mentioned, without the program and arguments. */
  readonly mention: boolean;
}

const FENCE = /^( *)```(\w*)\n([\s\S]*?)^ *```/gm;
const PROGRAM = /^(?:[A-Z_]+=\S+ )*(?:make|npm|npx|node|docker|kubectl|curl|git|openssl|psql|pg_dump) \S/;
/** Commands of the command line are often mentioned without the program. */
const OWN = /^(?:cli -- )?((?:(?:users|codes|db|mail|events|audit) [a-z]+|stats|doctor)(?: .*)?)$/s;
export const CLI = 'npm run --silent cli --';

/** The change log mentions commands of the past. */
const documents = (): string[] =>
  execFileSync('git', ['ls-files', '*.md', 'docs/llms.txt'], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name !== '' && name !== 'CHANGELOG.md');

/** Every shell command of every document, in the order of the documents. */
export function shellCommands(): ShellCommand[] {
  return documents().flatMap((document) => {
    const text = readFileSync(document, 'utf8');
    const blocks = [...text.matchAll(FENCE)]
      .filter(([, , language = '']) => /^(?:bash|sh|shell|console)$/.test(language))
      .map(([, , , script = '']) => ({ script, mention: false }));
    const found = [...blocks, ...inText(text.replaceAll(FENCE, ''))].map((one) => ({
      ...one,
      script: one.script.replaceAll(/npm run (?:--silent )?cli --/g, CLI),
    }));
    return found.map((one) => ({ document, ...one, commands: commandsOf(one.script) }));
  });
}

/** Commands in backquotes, with the program added in front. */
const inText = (text: string): { script: string; mention: boolean }[] =>
  [...text.matchAll(/`([^`]+)`/g)]
    .map(([, code = '']) => code.replaceAll(/\s+/g, ' ').trim())
    .flatMap((code) => {
      const own = OWN.exec(code)?.[1];
      if (own === undefined) return PROGRAM.test(code) ? [{ script: code, mention: false }] : [];
      const mention = /^\w+(?: \w+)?$/.test(own) && !code.startsWith('cli');
      return [{ script: `${CLI} ${own}${mention ? ' --help' : ''}`, mention }];
    });

/** One each, without comments. */
export const commandsOf = (script: string): string[] =>
  script
    .replaceAll(/\\\n\s*/g, '')
    .replaceAll(/\|\n\s*/g, '| ')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s+)#\s.*$/, '').trim())
    .filter((line) => line !== '');
