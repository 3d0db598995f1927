import type { Phrases } from './phrases';

export const fr: Phrases = {
  activation_code: {
    subject: (app) => `Votre code d’activation ${app}`,
    opening: (app, code) => `${code} est votre code d’activation ${app}.`,
    heading: 'Activez votre compte',
    lead: (app) => `Bienvenue\u00a0! Saisissez ce code pour terminer votre inscription à ${app}.`,
    expiry: (lifetime) => `Ce code est valable une seule fois et expire dans ${lifetime}.`,
    button: 'Activer mon compte',
    footer:
      'Cette inscription ne vient pas de vous\u00a0? Quelqu’un a sans doute saisi votre adresse par erreur. Vous pouvez ignorer ' +
      'ce message. Ne communiquez ce code à personne\u00a0; nous ne vous le demanderons jamais.',
  },
  address_taken: {
    subject: (app) => `Vous avez déjà un compte ${app}`,
    heading: 'Vous avez déjà un compte',
    lead: (app) =>
      `Quelqu’un, peut-être vous, a tenté de s’inscrire à ${app} avec cette adresse. Votre compte n’a pas changé\u00a0: ` +
      'connectez-vous avec votre mot de passe actuel.',
    footer:
      'Ce n’était pas vous\u00a0? Vous n’avez rien à faire\u00a0: personne n’a accédé à votre compte ni ne l’a modifié.',
  },
  support: (address) => `Des questions\u00a0? Écrivez à ${address}.`,
};
