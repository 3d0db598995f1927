import type { Phrases } from './phrases';

export const de: Phrases = {
  activation_code: {
    subject: (app) => `Ihr Aktivierungscode für ${app}`,
    opening: (app, code) => `${code} ist Ihr Aktivierungscode für ${app}.`,
    heading: 'Aktivieren Sie Ihr Konto',
    lead: (app) => `Willkommen! Geben Sie diesen Code ein, um Ihre Registrierung bei ${app} abzuschließen.`,
    expiry: (lifetime) => `Der Code gilt nur einmal und läuft in ${lifetime} ab.`,
    button: 'Konto aktivieren',
    footer:
      'Sie haben sich nicht registriert? Dann hat wohl jemand versehentlich Ihre Adresse eingegeben. Sie können diese ' +
      'E-Mail ignorieren. Geben Sie den Code an niemanden weiter; wir werden Sie nie danach fragen.',
  },
  address_taken: {
    subject: (app) => `Sie haben bereits ein Konto bei ${app}`,
    heading: 'Sie haben bereits ein Konto',
    lead: (app) =>
      `Jemand, vielleicht Sie selbst, wollte sich mit dieser Adresse bei ${app} registrieren. Ihr Konto ist unverändert: ` +
      'Melden Sie sich mit Ihrem bisherigen Passwort an.',
    footer:
      'Falls Sie das nicht waren, müssen Sie nichts tun: Niemand hat auf Ihr Konto zugegriffen oder es verändert.',
  },
  support: (address) => `Fragen? Schreiben Sie an ${address}.`,
};
