import type { Phrases } from './phrases';

/** The number stays on the line of its unit. */
const plural = (count: number, unit: string): string => `${count}\u00a0${unit}${count === 1 ? '' : 's'}`;

export const en: Phrases = {
  activation_code: {
    subject: (app) => `Your ${app} activation code`,
    heading: 'Activate your account',
    lead: (app) => `Enter this code to finish signing up for ${app}:`,
    expiry: (seconds) =>
      seconds % 60 === 0
        ? `It works once, for ${plural(seconds / 60, 'minute')}.`
        : `It works once, for ${plural(seconds, 'second')}.`,
    footer:
      'You did not sign up? Then somebody typed your address by mistake: ignore this mail, and nothing happens. ' +
      'Never give the code to anybody; we do not ask for it.',
  },
  address_taken: {
    subject: (app) => `You already have a ${app} account`,
    heading: 'You already have an account',
    lead: (app) =>
      `Somebody, perhaps you, tried to sign up for ${app} with this address. Your account is as it was: ` +
      'sign in with the password you have.',
    footer: 'It was not you? There is nothing to do: whoever it was learned nothing and changed nothing.',
  },
};
