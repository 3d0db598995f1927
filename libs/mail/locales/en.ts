import type { Phrases } from './phrases';

export const en: Phrases = {
  activation_code: {
    subject: (app) => `Your ${app} activation code`,
    opening: (app, code) => `${code} is your ${app} activation code.`,
    heading: 'Activate your account',
    lead: (app) => `Welcome! Enter this code to finish signing up for ${app}.`,
    expiry: (lifetime) => `This code can be used once and expires in ${lifetime}.`,
    button: 'Activate my account',
    footer:
      'Didn’t sign up? Someone probably entered your address by mistake. You can ignore this email. ' +
      'Never share this code with anyone; we will never ask for it.',
  },
  address_taken: {
    subject: (app) => `You already have an account with ${app}`,
    heading: 'You already have an account',
    lead: (app) =>
      `Someone, perhaps you, tried to sign up for ${app} with this address. Your account has not changed: ` +
      'sign in with your current password.',
    footer: 'If it wasn’t you, you don’t need to do anything: no one has accessed or changed your account.',
  },
  support: (address) => `Questions? Write to ${address}.`,
};
