import { problemOf, startEdge, type EdgeApp } from '../testing/edge-app';
import { UsersController } from '../users/users.controller';
import { ERROR_NAMES } from './errors';
import { ProblemsController } from './problems.controller';

const LANGUAGES = ['en', 'fr', 'de', 'es', 'pt', 'ja', 'ar'];

describe('Messages of errors', () => {
  let edge: EdgeApp;
  beforeAll(async () => {
    edge = await startEdge({ ENABLE_RATE_LIMITING: 'false' }, [UsersController, ProblemsController]);
  });
  afterAll(() => edge.app.close());

  const refusalIn = (language: string) =>
    edge.http
      .post('/api/v1/users/register')
      .set('Accept-Language', language)
      .send({ email: 'none', password: 'short', extra: 1 });

  it('follow Accept-Language in every language of the mails, with the same codes', async () => {
    const answers = await Promise.all(LANGUAGES.map(refusalIn));
    const problems = answers.map(problemOf);
    expect(answers.map(({ headers }) => headers['content-language'])).toEqual(LANGUAGES);
    expect(answers.map(({ headers }) => String(headers['vary']))).toEqual(
      LANGUAGES.map(() => expect.stringContaining('Accept-Language') as string),
    );
    expect(new Set(problems.map(({ message }) => message)).size).toBe(LANGUAGES.length);
    for (const problem of problems) {
      expect(problem.detail).toBe(problem.message);
      expect(problem.errors?.map(({ code, params }) => ({ code, params }))).toEqual(
        problems[0]?.errors?.map(({ code, params }) => ({ code, params })),
      );
    }
    const minimum = problems
      .flatMap(({ errors }) => errors ?? [])
      .filter(({ field }) => field === 'password');
    expect(minimum.map(({ message }) => message)).toEqual(
      LANGUAGES.map(() => expect.stringContaining('8') as string),
    );
    for (const message of problems.map(({ message }) => message)) expect(message).not.toMatch(/[{}]/);
  });

  it.each([
    ['\ud800@example.com', 'must be well-formed Unicode'],
    ['ke\u200bvin@example.com', 'must not contain invisible characters'],
    ['kevin@example.com,', 'must not end with ","'],
    ['ke vin@example.com', 'contains characters before the "@" that are not allowed'],
    ['stra\u00dfe@example.com', 'contains ambiguous letters before the "@"'],
    [`${'a'.repeat(65)}@example.com`, 'must have at most 64 bytes before the "@"'],
    ['kevin@localhost', 'must have a domain name such as example.com after the "@"'],
    [42, 'must be a string'],
  ])('explain in every language why the address %j is invalid', async (email, english) => {
    const answers = await Promise.all(
      LANGUAGES.map((language) =>
        edge.http
          .post('/api/v1/users/register')
          .set('Accept-Language', language)
          .send({ email, password: 'SecurePass123' }),
      ),
    );
    const faults = answers.map((answer) => problemOf(answer).errors?.[0]);
    expect(new Set(faults.map((fault) => fault?.code))).toEqual(new Set(['email.invalid']));
    const [first, ...others] = faults.map((fault) => fault?.message);
    expect(first).toBe(english);
    expect(new Set(others).size).toBe(others.length);
    expect(others).not.toContain(english);
    for (const message of others) expect(message).not.toMatch(/[{}]|name@example/);
  });

  it('are English if no language matches', async () => {
    const answer = await refusalIn('tlh, nl;q=0.5');
    expect(answer.headers['content-language']).toBe('en');
    expect(problemOf(answer).message).toContain('email must be an email address');
  });

  it('are precise in each language', async () => {
    const answer = await edge.http
      .post('/api/v1/users/register')
      .set({ 'Accept-Language': 'de-AT', 'Content-Type': 'application/json' })
      .send('{');
    expect(problemOf(answer).message).toBe('Der Inhalt ist kein gültiges JSON.');
  });
});

describe('Pages of errors', () => {
  let edge: EdgeApp;
  beforeAll(async () => {
    edge = await startEdge({ APP_NAME: 'Ada & <Co>' }, [ProblemsController]);
  });
  afterAll(() => edge.app.close());

  it.each(ERROR_NAMES)('show cause and remedy of %s to programs', async (error) => {
    const { status, body } = await edge.http.get(`/problems/${error}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      error,
      cause: expect.stringMatching(/\.$/),
      remedy: expect.stringMatching(/\.$/),
    });
  });

  it('are HTML for people, with everything escaped', async () => {
    const answer = await edge.http.get('/problems/NotFound').set('Accept', 'text/html,*/*;q=0.8');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['vary']).toContain('Accept');
    expect(answer.text).toContain('<h2>Remedy</h2>');
    expect(answer.text).not.toContain('<Co>');
  });

  it.each(['Nothing', '__proto__', 'notfound'])('do not exist for %s', async (name) => {
    const answer = await edge.http.get(`/problems/${name}`);
    expect([answer.status, problemOf(answer).error]).toEqual([404, 'NotFound']);
  });
});
