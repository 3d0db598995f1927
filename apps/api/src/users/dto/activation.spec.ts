import { parseEnvironment } from '@app/runtime';
import type { Registered } from '@app/users';
import { Activation } from './users.dto';

describe('Activation', () => {
  const registered = { codeDigits: 6, createdAt: new Date() } as Registered;
  const lengthShown = (concealed: string): number =>
    Activation.ofRegistration(registered, parseEnvironment({ CONCEAL_REGISTERED_EMAILS: concealed }))
      .code_length;

  it('shows the length of the code', () => {
    expect(lengthShown('false')).toBe(6);
  });

  it('shows the usual length in concealed mode, because pretended registrations never have longer codes', () => {
    expect(lengthShown('true')).toBe(4);
  });
});
