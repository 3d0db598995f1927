import { SHIPPED_LOCALES } from '@app/mail';
import type { Problem } from './problem';
import { ERRORS, EXACT } from './errors';
import { translate } from './translate';

describe('The hint of an error', () => {
  it.each([EXACT.concealedHint, EXACT.newCodeHint, EXACT.replacedCodeHint])('is translated: %s', (hint) => {
    const problem: Problem = {
      type: '/problems/InvalidCredentials',
      title: 'Unauthorized',
      status: 401,
      error: 'InvalidCredentials',
      detail: ERRORS.InvalidCredentials.detail,
      message: ERRORS.InvalidCredentials.detail,
      request_id: '1',
      hint,
    };
    const hints = SHIPPED_LOCALES.map((locale) => translate(problem, locale).hint);
    expect(new Set(hints).size).toBe(SHIPPED_LOCALES.length);
  });
});
