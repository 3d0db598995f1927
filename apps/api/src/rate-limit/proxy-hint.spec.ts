import { createLogger, parseEnvironment } from '@app/runtime';
import { ProxyHint } from './rate-limit.guard';

function hearing(): { hint: ProxyHint; lines: string[] } {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', app: 'test' }, { write: (line) => void lines.push(line) });
  return { hint: new ProxyHint(logger, parseEnvironment({})), lines };
}

describe('ProxyHint', () => {
  it('warns once when one address makes nearly all registrations', () => {
    const { hint, lines } = hearing();
    for (let index = 0; index < 100; index += 1) hint.registrationFrom('10.0.0.1');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('TRUST_PROXY');
    expect(lines[0]).not.toContain('10.0.0.1');
  });

  it('is silent when registrations come from many', () => {
    const { hint, lines } = hearing();
    for (let index = 0; index < 100; index += 1) hint.registrationFrom(`10.0.0.${index % 10}`);
    expect(lines).toEqual([]);
  });
});
