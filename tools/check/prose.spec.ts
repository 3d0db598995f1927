import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const PROSE = pathToFileURL(path.resolve('tools/check/prose.mjs')).href;

/** The faults that the check finds in a text, with two words of its vocabulary. */
function faultsOf(text: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'prose-'));
  const script = path.join(folder, 'script.mjs');
  writeFileSync(
    script,
    `import { englishSpeller, phraseFaults, spellingFaults } from ${JSON.stringify(PROSE)};
     const text = ${JSON.stringify(text)};
     const speller = englishSpeller('# names\\nPostgreSQL\\nfallback\\n');
     console.log(JSON.stringify([...phraseFaults('a.md', text), ...spellingFaults('a.md', text, speller)]));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

describe('the check of prose', () => {
  it('reports a banned phrase with its file, its line and a better word', () => {
    expect(faultsOf('fine\nwe mend it')).toEqual(['a.md:2: "mend" → fix']);
  });

  it('accepts plain English', () => {
    expect(faultsOf('Redis is unavailable; the worker retries.')).toEqual([]);
  });

  it('reports a misspelled word with its line', () => {
    expect(faultsOf('one\ntwo\nthe recieved mail')).toEqual([expect.stringMatching(/^a\.md:3: "recieved"/)]);
  });

  it('ignores code, links, HTML and words of the vocabulary', () => {
    const text =
      'PostgreSQL `fooo` [link](fooo.md) <fooo>\n```\nfooo\n```\na fallback, isn’t it, the worker’s';
    expect(faultsOf(text)).toEqual([]);
  });
});
