// Plain English: phrases that are not used anywhere, and the spelling of what people read.
// Prints each fault with its line, and exits with 1 where there is one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import nspell from 'nspell';

/** Phrases that read like another language, with what to write instead. */
const PHRASES = [
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\banew\b/i, 'again'],
  [/\bfarewell\b/i, 'the exact event'],
  [/\bbeside\b/i, 'next to, alongside, together with'],
  [/\bwho(so)?ever\b/i, 'the client, the operator, anyone who'],
  [/\bcommonest\b/i, 'most common'],
  [/(?<!user )\b(some|no)body\b(?! nogroup|'|@)/i, 'someone, no one, or the noun that is meant'],
  [/\b(is|are|was|were) away\b/i, 'is unavailable'],
  [/\bin hand\b/i, 'in progress, in flight'],
  [/\b(goes|go|went) on\b/i, 'continues'],
  [/\b(has|have|had) (no )?room\b/i, 'has capacity'],
  [/\bwhat stands\b/i, 'what is'],
  [/\btakes? back\b/i, 'reverts, refunds'],
  [/\blooks for\b/i, 'checks'],
  [/\bat once\b/i, 'immediately, concurrently'],
  [/\bfor ever\b/i, 'forever'],
  [/\bone after the other\b/i, 'one after another'],
  [/\bwithout a word\b/i, 'silently, without a response'],
  [/\b(is|are|was|were|be) warned of\b/i, 'causes a warning'],
  [/\bbeyond ASCII\b/i, 'with non-ASCII characters'],
  [/\bwrong tr(y|ies)\b/i, 'failed attempts'],
  [/\bturn(s|ed|ing)? away\b/i, 'refuse, shed'],
  [/\b(an?|no) [\w-]+ of (ours|yours)\b/i, 'our own, your own'],
  [/\bbec(omes?|ame) of\b/i, 'the outcome, what happens to'],
  [/\bc(omes?|ame) of (it|them)\b/i, 'the outcome'],
  [/\ba (line|row) each\b/i, 'one per line'],
  [/\b(that which|therein|thereof|whosoever)\b/i, 'a plain clause'],
  [/\b(is|are) there to\b/i, 'the verb itself'],
  [/\bsays? so\b(?! (in|with) )/i, 'reports it, the noun that is meant'],
  [/\bholds? up\b/i, 'delays'],
  [/\bdied (unused|of)\b/i, 'expired, became invalid'],
  [/\bthe way to it\b/i, 'the connection, the network'],
  [/\bin silence\b/i, 'silently'],
  [/\bunder way\b/i, 'in progress, in flight'],
  [/\bfor good\b/i, 'permanently'],
  [
    /\b(object|row|entry|file|hash|key|job|test|line|charge) a (line|row|request|call|process|client|charge)\b/i,
    'per',
  ],
  [/\b(said|told|tells?) of\b/i, 'reports, shows'],
  [/\bnext to (nothing|no work)\b/i, 'almost nothing'],
  [/\bnow and (then|again)\b/i, 'occasionally'],
  [/\bhashing line\b|\bst(and|ands|ood) in line\b/i, 'the hashing queue, waits'],
  [/\bhalf out\b/i, 'half-sent'],
  [/\bst(and|ands|ood) (in|under) (package\.json|the|a) /i, 'is in'],
  [/\bbelongs? into\b/i, 'goes into'],
  [/\bin plain sight\b/i, 'the fact itself'],
  [/\bbrings it\b/i, 'run the command'],
  [/\bas well as where\b|\bwhere (none|nothing) is\b/i, 'if'],
  [/\btakes? (\w+ ){1,4}for (wrong|none|unset|the end|the start)\b/i, 'treats as'],
  [/\bof a Git's|work tree of Git's/i, 'a Git work tree'],
  [/\b(stranger|story|stories) (plays?|tells?)\b/i, 'a sequence of requests'],
  [/\b(gives|gets) (it )?back\b/i, 'refunds, returns'],
  [
    /\b(colour|licence|behaviour|honour|favour|centre|catalogue|(recogn|initial|serial|analy|organ|normal|author|optim|summar|custom|synchron)is(e|ing)|labelled|modelled|spelt|spoilt|whilst|amongst)/i,
    'the American spelling',
  ],
];

/** Files that are written by a program, or that list the phrases themselves. */
const NOT_PROSE =
  /(^|\/)package-lock\.json$|\.(svg|png|ico)$|^LICENSE$|^tools\/check\/prose\.(mjs|spec\.ts)$/;

/** Faults of one text, by line. */
export function phraseFaults(file, text) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      PHRASES.filter(([pattern]) => pattern.test(line)).map(
        ([pattern, instead]) => `${file}:${index + 1}: "${pattern.exec(line)[0]}" → ${instead}`,
      ),
    );
}

/**
 * An English speller that also knows the project's own words.
 * @param {string} vocabulary one word a line; lines that start with # are comments
 */
export function englishSpeller(vocabulary) {
  const entry = createRequire(import.meta.url).resolve('dictionary-en');
  const part = (name) => readFileSync(entry.replace(/index\.js$/, `index.${name}`));
  const speller = nspell(part('aff'), part('dic'));
  const words = vocabulary.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const word of words) speller.add(word);
  return speller;
}

/** Words of a Markdown text that the speller does not know. Code, links, HTML and names with digits are left out. */
export function spellingFaults(file, markdown, speller) {
  const prose = markdown
    .replace(/^ *(```|~~~)[\s\S]*?^ *\1/gm, blank)
    .replace(/<!--[\s\S]*?-->|<[^<>\n]+>/g, blank)
    .replace(/`[^`]*`/g, blank)
    .replace(/\]\([^)]*\)/g, blank)
    .replace(/https?:\S+/g, blank);
  return prose.split('\n').flatMap((line, index) =>
    [...line.matchAll(/(?<![\p{L}\d_/.@{-])\p{L}[\p{L}'’]+(?![\p{L}\d_/@}]|\.\w)/gu)]
      .map(([word]) => word.replaceAll('’', "'").replace(/'s$|'$/, ''))
      .filter((word) => !/^\p{Lu}{2,}s?$/u.test(word) && !/\p{Ll}\p{Lu}/u.test(word))
      .filter((word) => !speller.correct(word))
      .map(
        (word) =>
          `${file}:${index + 1}: "${word}" is not in the dictionary; add it to docs/vocabulary.txt if it is right`,
      ),
  );
}

/** Keeps line numbers right. */
const blank = (text) => text.replace(/[^\n]/g, ' ');

/** What a client reads: descriptions and summaries of the OpenAPI document, and the problems' pages. */
function openApiTexts(document) {
  const texts = [];
  JSON.parse(document, (key, value) => {
    if (/^(summary|description|detail|hint|title)$/.test(key) && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
}

/** String literals of TypeScript files whose texts people read. */
const literals = (source) =>
  [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)]
    .map(([, text]) => text)
    .filter((text) => text.includes(' '))
    .join('\n');

const TEXTS_IN_CODE = ['apps/api/src/problem/errors.ts', 'libs/runtime/config/variables.ts'];

function main() {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && !NOT_PROSE.test(file));
  const read = (file) => readFileSync(file, 'utf8');
  const speller = englishSpeller(read('docs/vocabulary.txt'));
  const faults = [
    ...files.flatMap((file) => phraseFaults(file, read(file))),
    ...files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => spellingFaults(file, read(file), speller)),
    ...spellingFaults('docs/openapi.json', openApiTexts(read('docs/openapi.json')), speller),
    ...TEXTS_IN_CODE.flatMap((file) => spellingFaults(file, literals(read(file)), speller)),
  ];
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
