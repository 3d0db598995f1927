import type { Phrases } from './phrases';

export const fr: Phrases = {
  errors: {
    ValidationError: 'La requête n’est pas valide.',
    InvalidActivationCode: 'Le code d’activation est incorrect.',
    InvalidCredentials: 'L’adresse e-mail ou le mot de passe est incorrect.',
    InvalidToken: 'Le jeton est absent ou incorrect.',
    NotFound: 'Il n’y a rien ici.',
    MethodNotAllowed: 'Ce chemin n’accepte pas cette méthode\u00a0; Allow énumère celles qu’il accepte.',
    RequestTimeout: 'La requête a mis trop de temps à arriver.',
    UserAlreadyExists: 'Cette adresse e-mail est déjà inscrite.',
    UserAlreadyActivated: 'Ce compte est déjà activé.',
    ActivationCodeExpired:
      'Aucun code d’activation n’est valable pour ce compte\u00a0: il a expiré, a été épuisé ou remplacé.',
    EventsForgotten: 'Les événements qui suivent ce curseur ont été supprimés.',
    PayloadTooLarge: 'Le corps dépasse 16 Kio.',
    UnsupportedMediaType: 'Le corps doit être du JSON en UTF-8, sans codage de contenu.',
    RateLimitExceeded: 'Trop de requêtes.',
    RequestHeadersTooLarge: 'Les champs d’en-tête dépassent 16 Kio.',
    InternalError: 'Une erreur s’est produite de notre côté.',
    ServiceUnavailable: 'Le service est indisponible pour l’instant\u00a0; réessayez dans un moment.',
  },
  exact: {
    codesUsedUp:
      'Cette inscription a reçu tous ses codes d’activation\u00a0: une fois le dernier expiré, inscrivez-vous de nouveau.',
    newCodeHint: 'Demandez un nouveau code avec POST /api/v1/users/activation-codes.',
    replacedCodeHint: 'C’est le code d’un message antérieur. Utilisez celui du message le plus récent.',
    notJson: 'Le corps n’est pas du JSON valide.',
    notUtf8: 'Le corps n’est pas de l’UTF-8 valide.',
    notThatLong: 'Le corps n’a pas la longueur que Content-Length annonce.',
    oneHost: 'La requête doit avoir exactement un champ Host.',
  },
  faults: {
    required: 'est obligatoire',
    unknown: 'n’est pas un champ connu',
    invalid: 'n’est pas valide',
    too_short: 'doit compter au moins {min} caractères',
    too_long: 'doit compter au plus {max} caractères',
    too_common: 'est trop courant\u00a0; choisissez-en un autre',
    'email.invalid': 'doit être une adresse e-mail telle que name@example.com',
    'password.too_long': 'doit compter au plus {max} octets en UTF-8',
    'activation_code.invalid': 'doit être un texte de 4 à 8 chiffres',
    'body.invalid': 'doit être un objet JSON',
    'body.too_long': 'doit avoir au plus {max} champs',
  },
};
