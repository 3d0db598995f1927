import { SHIPPED_LOCALES } from '@app/mail';
import type { Problem } from './problem';
import { CONCEALED_HINT, DETAIL_OF, NEW_CODE_HINT, REPLACED_CODE_HINT } from './statuses';
import { translate } from './translate';

describe('The hint of an error', () => {
  it.each([CONCEALED_HINT, NEW_CODE_HINT, REPLACED_CODE_HINT])('is translated: %s', (hint) => {
    const problem: Problem = {
      type: '/problems/InvalidCredentials',
      title: 'Unauthorized',
      status: 401,
      error: 'InvalidCredentials',
      detail: DETAIL_OF.InvalidCredentials,
      message: DETAIL_OF.InvalidCredentials,
      request_id: '1',
      hint,
    };
    const hints = SHIPPED_LOCALES.map((locale) => translate(problem, locale).hint);
    expect(new Set(hints).size).toBe(SHIPPED_LOCALES.length);
  });
});
