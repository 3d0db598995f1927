/** Every sentence of the scripts. To translate the page, translate this file and index.html. */

const FAULTS = {
  'email.required': () => 'Enter your email address.',
  'email.invalid': () => 'This is not an email address. Check it for typos.',
  'email.too_long': ({ max }) => `An address can have at most ${max ?? 254} characters.`,
  'password.required': () => 'Choose a password.',
  'password.invalid': () => 'This password has characters that cannot be used.',
  'password.too_short': ({ min }) => `Use at least ${min ?? 8} characters.`,
  'password.too_long': ({ max }) =>
    `This password is too long. Use at most ${max ?? 72} letters, fewer with accents or emoji.`,
  'password.too_common': () =>
    'Many people use this password, so it is easy to guess. Choose a different one.',
  'activation_code.required': () => 'Enter the code from the mail.',
  'activation_code.invalid': () => 'A code contains only digits. Check the mail again.',
};

const LIMITS = {
  registration: 'Too many accounts were created from your network.',
  resend: 'A new code has just been sent.',
  activation: 'Too many attempts.',
  credentials: 'Too many attempts with a wrong password.',
  credentials_client: 'Too many attempts with a wrong password.',
  client: 'You tried too often.',
  network: 'There were too many attempts from your network.',
  global: 'Many people are signing up right now.',
};

const ERRORS = {
  ValidationError: () => 'Check what you entered.',
  InvalidActivationCode: ({ attempts_left: left }) =>
    left === undefined
      ? 'This code is wrong.'
      : `This code is wrong. ${counted(left, 'attempt', 'attempts')} left.`,
  InvalidCredentials: () =>
    'Address, password and code do not match. Check the code, or go back and enter the password again.',
  UserAlreadyExists: () =>
    'This address is already registered. If you have just registered, continue with your code.',
  UserAlreadyActivated: () => 'This account is already active.',
  ActivationCodeExpired: () => 'This code is no longer valid. Request a new one.',
  RateLimitExceeded: ({ limit, retry_after_seconds: seconds }) =>
    `${LIMITS[limit] ?? 'Too many requests.'} ${tryAgain(seconds)}`,
  ServiceUnavailable: ({ retry_after_seconds: seconds }) =>
    `The service is not available right now. ${tryAgain(seconds)}`,
  RequestTimeout: () => 'Your connection is slow. Try again.',
  NetworkError: () => 'No connection to the service. Check your network and try again.',
};

/** What went wrong, in a sentence. */
export const sayProblem = (problem) =>
  ERRORS[problem.error]?.(problem) ?? 'Something went wrong on our side. Try again in a minute.';

/** What is wrong with one field. */
export const sayFault = ({ code, params, message }) => FAULTS[code]?.(params ?? {}) ?? message;

export const say = {
  onItsWay: 'The mail with your code is on its way.',
  unknown: 'Enter the code, or request a new one.',
  told: {
    owed: 'We are sending a code to',
    sent: 'We sent a code to',
    dead: 'The last code went to',
    unknown: 'A code went to',
  },
  expiresIn: (seconds) => `The code expires in ${clock(seconds)}.`,
  expired: 'The code has expired. Request a new one.',
  undelivered: 'The mail could not be delivered. Is the address right?',
  sentAgain: 'A new code is on its way. The old one no longer works.',
  resendIn: (seconds) => `Available in ${clock(seconds)}.`,
  noResendLeft: 'No more codes for this sign-up. Wait until the last one has expired, then start again.',
  arrived: (seconds) => `The code has been sent. It expires in ${spoken(seconds)}.`,
  soon: (seconds) => `The code expires in ${spoken(seconds)}.`,
};

const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

const spoken = (seconds) =>
  seconds < 120 ? counted(seconds, 'second', 'seconds') : `${Math.round(seconds / 60)} minutes`;

const tryAgain = (seconds) => (seconds > 0 ? `Try again in ${spoken(seconds)}.` : 'Try again in a moment.');
