import type { Phrases } from './phrases';

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

export const fr: Phrases = {
  activation_code: {
    subject: (app) => `Votre code d’activation ${app}`,
    heading: 'Activez votre compte',
    lead: (app) => `Saisissez ce code pour terminer votre inscription à ${app} :`,
    expiry: (seconds) =>
      seconds % 60 === 0
        ? `Il est valable une seule fois, pendant ${plural(seconds / 60, 'minute')}.`
        : `Il est valable une seule fois, pendant ${plural(seconds, 'seconde')}.`,
    footer:
      'Vous ne vous êtes pas inscrit ? Quelqu’un a saisi votre adresse par erreur : ignorez ce message, il ne se ' +
      'passera rien. Ne communiquez ce code à personne ; nous ne le demandons jamais.',
  },
  address_taken: {
    subject: (app) => `Vous avez déjà un compte ${app}`,
    heading: 'Vous avez déjà un compte',
    lead: (app) =>
      `Quelqu’un, peut-être vous, a tenté de s’inscrire à ${app} avec cette adresse. Votre compte n’a pas changé : ` +
      'connectez-vous avec votre mot de passe actuel.',
    footer:
      'Ce n’était pas vous ? Il n’y a rien à faire : cette personne n’a rien appris et n’a rien modifié.',
  },
};
