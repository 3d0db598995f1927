import type { Phrases } from './phrases';

export const de: Phrases = {
  errors: {
    ValidationError: 'Die Anfrage ist nicht gültig.',
    InvalidActivationCode: 'Der Aktivierungscode ist falsch.',
    InvalidCredentials: 'E-Mail-Adresse oder Passwort ist falsch.',
    InvalidToken: 'Das Token fehlt oder ist falsch.',
    NotFound: 'Hier ist nichts.',
    MethodNotAllowed: 'Dieser Pfad nimmt diese Methode nicht an; Allow nennt die möglichen.',
    RequestTimeout: 'Die Anfrage kam zu langsam an.',
    UserAlreadyExists: 'Diese E-Mail-Adresse ist bereits registriert.',
    UserAlreadyActivated: 'Dieses Konto ist bereits aktiviert.',
    ActivationCodeExpired:
      'Für dieses Konto gilt kein Aktivierungscode mehr: Er ist abgelaufen, verbraucht oder ersetzt.',
    EventsForgotten: 'Ereignisse nach dieser Stelle sind gelöscht.',
    PayloadTooLarge: 'Der Inhalt ist größer als 16 KiB.',
    UnsupportedMediaType: 'Der Inhalt muss JSON in UTF-8 sein, ohne Inhaltskodierung.',
    RateLimitExceeded: 'Zu viele Anfragen.',
    RequestHeadersTooLarge: 'Die Kopfzeilen sind größer als 16 KiB.',
    InternalError: 'Bei uns ist etwas schiefgegangen.',
    ServiceUnavailable: 'Der Dienst ist gerade nicht verfügbar; bitte gleich noch einmal versuchen.',
  },
  exact: {
    codesUsedUp:
      'Diese Registrierung hat alle ihre Aktivierungscodes bekommen: Sobald der letzte abgelaufen ist, bitte neu registrieren.',
    newCodeHint: 'Einen neuen Code gibt es mit POST /api/v1/users/activation-codes.',
    replacedCodeHint: 'Das ist der Code einer früheren E-Mail. Es gilt der aus der neuesten E-Mail.',
    notJson: 'Der Inhalt ist kein gültiges JSON.',
    notUtf8: 'Der Inhalt ist kein gültiges UTF-8.',
    notThatLong: 'Der Inhalt ist nicht so lang, wie Content-Length sagt.',
    oneHost: 'Die Anfrage muss genau ein Host-Feld haben.',
  },
  faults: {
    required: 'muss angegeben werden',
    unknown: 'ist kein bekanntes Feld',
    invalid: 'ist nicht gültig',
    too_short: 'muss mindestens {min} Zeichen lang sein',
    too_long: 'darf höchstens {max} Zeichen lang sein',
    too_common: 'ist zu häufig; bitte ein anderes wählen',
    'email.invalid': 'muss eine E-Mail-Adresse wie name@example.com sein',
    'password.too_long': 'darf höchstens {max} Bytes in UTF-8 lang sein',
    'activation_code.invalid': 'muss ein Text aus 4 bis 8 Ziffern sein',
    'body.invalid': 'muss ein JSON-Objekt sein',
    'body.too_long': 'darf höchstens {max} Felder haben',
  },
};
