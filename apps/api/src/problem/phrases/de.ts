import type { Phrases } from './phrases';

export const de: Phrases = {
  errors: {
    ValidationError: 'Die Anfrage ist ungültig.',
    InvalidActivationCode: 'Der Aktivierungscode ist falsch.',
    InvalidCredentials: 'E-Mail-Adresse oder Passwort ist falsch.',
    InvalidToken: 'Das Token fehlt oder ist falsch.',
    NotFound: 'Nicht gefunden.',
    MethodNotAllowed: 'Dieser Pfad unterstützt diese Methode nicht; Allow nennt die unterstützten.',
    RequestTimeout: 'Die Anfrage kam nicht rechtzeitig vollständig an.',
    UserAlreadyExists: 'Diese E-Mail-Adresse ist bereits registriert.',
    UserAlreadyActivated: 'Dieses Konto ist bereits aktiviert.',
    ActivationCodeExpired:
      'Für dieses Konto gibt es keinen gültigen Aktivierungscode. Er ist abgelaufen, wurde zu oft falsch eingegeben oder ersetzt.',
    EventsForgotten: 'Die Ereignisse nach diesem Cursor wurden gelöscht.',
    PayloadTooLarge: 'Der Inhalt ist größer als 16 KiB.',
    UnsupportedMediaType: 'Der Inhalt muss unkomprimiertes JSON in UTF-8 sein.',
    RateLimitExceeded: 'Zu viele Anfragen.',
    RequestHeadersTooLarge: 'Die Header sind größer als 16 KiB.',
    InternalError: 'Bei uns ist etwas schiefgegangen.',
    UnknownTransferEncoding: 'Von Transfer-Encoding wird nur chunked unterstützt.',
    ServiceUnavailable:
      'Der Dienst ist vorübergehend nicht verfügbar. Bitte versuchen Sie es gleich noch einmal.',
  },
  exact: {
    codesUsedUp:
      'Für diese Registrierung wurden alle Aktivierungscodes verschickt. Sobald der letzte abgelaufen ist, registrieren Sie sich bitte neu.',
    newCodeHint: 'Fordern Sie mit POST /api/v1/users/activation-codes einen neuen Code an.',
    concealedHint:
      'Auf einen falschen oder abgelaufenen Code folgt dieselbe Antwort. Wenn Sie sich zweimal registriert haben, gilt das erste Passwort, bis dessen Code abläuft; registrieren Sie sich danach neu.',
    replacedCodeHint:
      'Das ist der Code aus einer früheren E-Mail. Verwenden Sie den aus der neuesten E-Mail.',
    notJson: 'Der Inhalt ist kein gültiges JSON.',
    notUtf8: 'Der Inhalt ist kein gültiges UTF-8.',
    repeatedField: 'Der Inhalt enthält ein Feld zweimal.',
    notThatLong: 'Die Länge des Inhalts stimmt nicht mit Content-Length überein.',
    oneHost: 'Die Anfrage muss genau einen Host-Header haben.',
  },
  faults: {
    required: 'muss angegeben werden',
    unknown: 'ist kein bekanntes Feld',
    invalid: 'ist ungültig',
    too_short: 'muss mindestens {min} Zeichen lang sein',
    too_long: 'darf höchstens {max} Zeichen lang sein',
    too_common: 'ist zu verbreitet; bitte ein anderes wählen',
    'email.invalid': 'muss eine E-Mail-Adresse wie name@example.com sein',
    'password.too_long': 'darf höchstens {max} Bytes in UTF-8 lang sein',
    'activation_code.invalid': 'muss eine Zeichenkette aus 4 bis 8 Ziffern sein',
    'body.invalid': 'muss ein JSON-Objekt sein',
    'body.too_long': 'darf höchstens {max} Felder haben',
  },
  sentences: {
    illFormed: 'muss wohlgeformtes Unicode sein',
    invisible: 'darf keine unsichtbaren Zeichen enthalten',
    punctuation: 'darf nicht mit „{mark}“ enden',
    localCharacters: 'enthält vor dem „@“ Zeichen, die nicht erlaubt sind',
    localAmbiguous: 'enthält vor dem „@“ mehrdeutige Buchstaben',
    localTooLong: 'darf vor dem „@“ höchstens {max} Bytes lang sein',
    domainName: 'muss nach dem „@“ einen Domainnamen wie example.com haben',
    notText: 'muss eine Zeichenkette sein',
    nul: 'muss wohlgeformtes Unicode ohne NUL-Zeichen sein',
    notAscii: 'muss aus druckbaren ASCII-Zeichen bestehen',
    once: 'darf nur einmal gesendet werden',
    wholeNumber: 'muss eine ganze Zahl von {min} bis {max} sein',
    cursor: 'muss der Wert `next` einer früheren Antwort sein',
  },
};
