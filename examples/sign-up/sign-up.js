import { createClient } from './client.mjs';
import { announce, busily, byId, clearFaults, onSubmit, setFault } from './form.js';
import { say, sayProblem } from './words.js';

const LIFETIME_SECONDS = 60;
const POLL_MS_MAX = 10_000;
/** Seconds before the end at which a countdown is read aloud. */
const LAST_CALL_SECONDS = 15;

const client = createClient({ url: document.documentElement.dataset.api, language: 'en' });

/** In memory only, and only until the account is active. */
let credentials = null;
let activation = {};
let polling = new AbortController();

/* Steps */

function show(step, focused) {
  for (const section of document.querySelectorAll('main > section')) section.hidden = section.id !== step;
  const heading = document.querySelector(`#${step} h1`);
  document.title = heading.textContent;
  (focused ?? heading).focus();
}

function startOver() {
  polling.abort();
  credentials = null;
  byId('confirm').reset();
  clearFaults(byId('confirm'));
  show('register-step', byId('email'));
  byId('email').select();
}

function waitForCode(state) {
  byId('address').textContent = credentials.email;
  clearFaults(byId('confirm'));
  follow(state);
  show('confirm-step', byId('code'));
}

function finish(email) {
  polling.abort();
  credentials = null;
  byId('register').reset();
  byId('confirm').reset();
  byId('activated').textContent = email;
  show('done-step');
}

/** The state of the code */

/** Shows the state of the code, and polls until its mail has been sent. */
function follow(state) {
  polling.abort();
  polling = new AbortController();
  if (state) {
    take(state);
    if (state.code_state === 'owed') void poll(polling.signal);
  } else {
    // Without a state from the service, assume that the mail takes a moment, and that the code has the usual
    // lifetime.
    const expires = new Date(client.now() + LIFETIME_SECONDS * 1000).toISOString();
    take({ code_state: 'sent', code_expires_at: expires });
  }
}

async function poll(signal) {
  for (let waitMs = 700; !signal.aborted; waitMs = Math.min(waitMs * 1.3, POLL_MS_MAX)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (signal.aborted) return;
    try {
      const account = await client.account(credentials, { signal });
      if (account.is_activated) return finish(account.email);
      take(account.activation);
      if (account.activation.code_state !== 'owed') return;
    } catch (error) {
      if (signal.aborted) return;
      // In concealed mode the service reveals no state.
      if (error.status === 401 || error.status === 404) return follow(undefined);
    }
  }
}

function take(state) {
  const sentNow = activation.code_state !== 'sent' && state.code_state === 'sent';
  activation = state;
  byId('told').textContent = say.told[state.code_state];
  if (sentNow) announce(say.arrived(secondsUntil(state.code_expires_at)));
  tick();
}

const secondsUntil = (time) => (time ? Math.max(0, Math.ceil((Date.parse(time) - client.now()) / 1000)) : 0);

function tick() {
  if (credentials === null) return;
  const { code_state: state, code_expires_at: expiresAt, resend_allowed_at: allowedAt } = activation;
  const left = secondsUntil(expiresAt);
  if (state === 'sent' && left === 0) {
    activation = { ...activation, code_state: 'dead' };
    announce(say.expired);
  } else if (state === 'sent' && left === LAST_CALL_SECONDS) announce(say.soon(left));
  byId('code-time').textContent = timeOf(activation, left);
  const wait = secondsUntil(allowedAt);
  const none = activation.resends_left === 0;
  byId('resend').setAttribute('aria-disabled', String(wait > 0 || none));
  byId('resend-time').textContent = none ? say.noResendLeft : wait > 0 ? say.resendIn(wait) : '';
}

function timeOf({ code_state: state, code_expires_at: expiresAt }, left) {
  if (state === 'owed') return say.onItsWay;
  if (state === 'sent') return say.expiresIn(left);
  if (state === 'unknown') return say.unknown;
  return expiresAt ? say.expired : say.undelivered;
}

/* The two forms */

onSubmit(byId('register'), async () => {
  const { email, password } = byId('register').elements;
  const entered = { email: email.value.trim(), password: password.value };
  byId('have-code').hidden = true;
  try {
    const account = await client.register(entered);
    credentials = { ...entered, email: account.email };
    waitForCode(account.activation);
  } catch (error) {
    byId('have-code').hidden = error.error !== 'UserAlreadyExists';
    throw error;
  }
});

byId('have-code').addEventListener('click', () => {
  const form = byId('register');
  void busily(form, byId('have-code'), async () => {
    credentials = { email: form.elements.email.value.trim(), password: form.elements.password.value };
    const account = await client.account(credentials).catch((error) => {
      if (error.status !== 404) throw error;
    });
    if (account?.is_activated) return finish(account.email);
    waitForCode(account?.activation ?? { code_state: 'unknown' });
  });
});

onSubmit(byId('confirm'), async () => {
  const code = byId('code');
  try {
    const account = await client.activate(credentials, code.value);
    finish(account.email);
  } catch (error) {
    if (error.error === 'UserAlreadyActivated') return finish(credentials.email);
    if (error.error === 'InvalidActivationCode') {
      setFault(code, sayProblem(error.problem));
      code.focus();
      return code.select();
    }
    if (error.error === 'ActivationCodeExpired') {
      polling.abort();
      const allowedAt = error.problem.resend_allowed_at ?? activation.resend_allowed_at;
      const expiresAt = new Date(client.now()).toISOString();
      activation = {
        ...activation,
        code_state: 'dead',
        code_expires_at: expiresAt,
        resend_allowed_at: allowedAt,
      };
      tick();
      byId('resend').focus();
    }
    throw error;
  }
});

byId('resend').addEventListener('click', () => {
  const form = byId('confirm');
  if (form.ariaBusy === 'true') return;
  if (byId('resend').ariaDisabled === 'true') return announce(byId('resend-time').textContent);
  clearFaults(form);
  void busily(form, byId('resend'), async () => {
    try {
      const answer = await client.requestCode(credentials);
      follow(answer.activation);
      announce(say.sentAgain);
      form.reset();
      byId('code').focus();
    } catch (error) {
      if (error.error === 'UserAlreadyActivated') return finish(credentials.email);
      if (error.retryAfterSeconds) {
        const allowedAt = new Date(client.now() + error.retryAfterSeconds * 1000).toISOString();
        activation = { ...activation, resend_allowed_at: allowedAt };
      }
      throw error;
    }
  }).then(tick);
});

byId('back').addEventListener('click', startOver);
byId('another').addEventListener('click', startOver);
byId('reveal').addEventListener('click', () => {
  const shown = byId('password').type === 'text';
  byId('password').type = shown ? 'password' : 'text';
  byId('reveal').ariaPressed = String(!shown);
});
setInterval(tick, 1000);
