import type { Phrases } from './phrases';

/** The number stays on the line of its unit. */
const plural = (count: number, unit: string): string => `${count}\u00a0${unit}${count === 1 ? '' : 's'}`;

export const fr: Phrases = {
  activation_code: {
    subject: (app) => `Votre code d’activation ${app}`,
    heading: 'Activez votre compte',
    lead: (app) => `Saisissez ce code pour terminer votre inscription à ${app}\u00a0:`,
    expiry: (seconds) =>
      seconds % 60 === 0
        ? `Il est valable une seule fois, pendant ${plural(seconds / 60, 'minute')}.`
        : `Il est valable une seule fois, pendant ${plural(seconds, 'seconde')}.`,
    footer:
      'Vous ne vous êtes pas inscrit\u00a0? Quelqu’un a saisi votre adresse par erreur\u00a0: ignorez ce message, il ne se ' +
      'passera rien. Ne communiquez ce code à personne\u00a0; nous ne le demandons jamais.',
  },
  address_taken: {
    subject: (app) => `Vous avez déjà un compte ${app}`,
    heading: 'Vous avez déjà un compte',
    lead: (app) =>
      `Quelqu’un, peut-être vous, a tenté de s’inscrire à ${app} avec cette adresse. Votre compte n’a pas changé\u00a0: ` +
      'connectez-vous avec votre mot de passe actuel.',
    footer:
      'Ce n’était pas vous\u00a0? Il n’y a rien à faire\u00a0: cette personne n’a rien appris et n’a rien modifié.',
  },
};
