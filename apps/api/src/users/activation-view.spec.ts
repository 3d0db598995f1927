import { parseEnvironment } from '@app/runtime';
import type { Registered } from '@app/users';
import { ActivationView } from './activation-view';

describe('ActivationView', () => {
  const registered = { codeDigits: 6, createdAt: new Date() } as Registered;
  const lengthShown = (concealed: string): number =>
    new ActivationView(parseEnvironment({ CONCEAL_REGISTERED_EMAILS: concealed })).ofRegistration(registered)
      .code_length;

  it('shows the length of the code', () => {
    expect(lengthShown('false')).toBe(6);
  });

  it('shows the usual length in concealed mode, because pretended registrations never have longer codes', () => {
    expect(lengthShown('true')).toBe(4);
  });
});
