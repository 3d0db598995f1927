import { createLogger, nestLogger, type Logger, requestContext, maskEmail, maskEmailsIn } from './logger';
import fc from 'fast-check';

describe('createLogger', () => {
  let lines: string[];
  let logger: Logger;
  beforeEach(() => {
    lines = [];
    logger = createLogger({ level: 'info', app: 'api' }, { write: (line) => void lines.push(line) });
  });

  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;

  it('writes one JSON object per line, with the time in UTC, the level and the message', () => {
    logger.warn({ route: '/livez' }, 'Slow\nanswer');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(last()).toMatchObject({ level: 'warn', message: 'Slow\nanswer', app: 'api', route: '/livez' });
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('writes nothing below its level', () => {
    logger.debug('unimportant');
    expect(lines).toEqual([]);
  });

  it('includes the request id during a request, and no id otherwise', async () => {
    await requestContext.run({ requestId: 'request-1' }, async () => {
      await Promise.resolve();
      logger.info('inside');
    });
    expect(last()['request_id']).toBe('request-1');
    logger.info('outside');
    expect(last()).not.toHaveProperty('request_id');
  });

  it.each([
    'password',
    'passwordHash',
    'password_hash',
    'activation_code',
    'authorization',
    'cookie',
    'secret',
    'email',
  ])('never writes a field %s, even three levels deep', (field) => {
    const value = 'kept-to-ourselves';
    logger.info({ [field]: value }, 'top');
    logger.info({ body: { [field]: value } }, 'below');
    logger.info({ request: { headers: { [field]: value } } }, 'deep');
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain(value);
    expect(lines.join().match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('masks addresses in messages', () => {
    logger.info('Sent to kevin@example.com');
    expect(last()['message']).toBe('Sent to k***@example.com');
  });

  it('writes name, message, code, stack and causes of an error, and no properties added by drivers', () => {
    const cause = Object.assign(new Error('550 <kevin@example.com> unknown'), {
      response: 'kevin@example.com',
    });
    const error = Object.assign(new Error('failed for kevin@example.com', { cause }), {
      code: '23505',
      query: 'insert into users',
      parameters: ['kevin@example.com', 'SecurePass123'],
    });
    logger.error({ error }, 'Failed');
    expect(last()['error']).toMatchObject({
      type: 'Error',
      code: '23505',
      message: 'failed for k***@example.com',
      cause: { message: '550 <k***@example.com> unknown' },
    });
    expect(lines.join()).not.toContain('kevin@example.com');
    expect(lines.join()).not.toContain('SecurePass123');
    expect(lines.join()).not.toContain('insert into');
  });

  it('writes a thrown string, masked', () => {
    logger.error({ error: 'kevin@example.com' }, 'Failed');
    expect(last()['error']).toBe('k***@example.com');
  });

  it('writes Nest’s own lines in the same format', () => {
    const nest = nestLogger(logger);
    nest.log('Starting', 'NestFactory');
    expect(lines).toEqual([]);
    nest.warn('Odd', 'Router');
    expect(last()).toMatchObject({ level: 'warn', message: 'Odd', context: 'Router' });
    nest.error(new Error('Broken'));
    expect(last()).toMatchObject({ level: 'error', message: 'Broken', error: { message: 'Broken' } });
  });
});

describe('maskEmail', () => {
  it.each([
    ['test@example.com', 't***@example.com'],
    ['a@b.co', 'a***@b.co'],
    ['😀mail@example.com', '😀***@example.com'],
    ['@example.com', '***'],
    ['kevin', '***'],
    ['', '***'],
  ])('%s → %s', (email, masked) => {
    expect(maskEmail(email)).toBe(masked);
  });
});

describe('maskEmailsIn', () => {
  it.each([
    ['550 <kevin@example.com>: no such mailbox', '550 <k***@example.com>: no such mailbox'],
    ['kevin@example.com,marie@example.com', 'k***@example.com,m***@example.com'],
    ['mailto:kevin+tag@example.com?x', 'mailto:k***@example.com?x'],
    ['email=kevin@example.com', 'email=k***@example.com'],
    ['no address @ all', 'no address @ all'],
    ['kévin@exämple.com', 'k***@exämple.com'],
  ])('%s → %s', (text, masked) => {
    expect(maskEmailsIn(text)).toBe(masked);
  });

  it('leaves no complete address in any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.emailAddress(), fc.string(), (before, email, after) => {
        const [local = ''] = email.split('@');
        fc.pre(local.length > 1 && !/["/'<>()[\],;:=]/.test(local));
        expect(maskEmailsIn(`${before} ${email} ${after}`)).not.toContain(email);
      }),
    );
  });

  it('is bounded, and fast on text that looks like an endless address', () => {
    const started = performance.now();
    expect(maskEmailsIn('a'.repeat(1_000_000)).length).toBe(2_000);
    expect(maskEmailsIn('a@'.repeat(500_000)).length).toBeLessThan(8_000);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
