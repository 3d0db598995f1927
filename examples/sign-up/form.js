import { ProblemError } from './client.mjs';
import { sayFault, sayProblem } from './words.js';

export const byId = (id) => document.getElementById(id);

/** Lets a screen reader read the text aloud, without moving the focus. */
export function announce(text) {
  byId('announcement').textContent = text;
}

export function clearFaults(form) {
  form.querySelector('.problem').textContent = '';
  for (const input of form.querySelectorAll('input')) setFault(input, '');
}

export function setFault(input, text) {
  byId(`${input.id}-fault`).textContent = text;
  if (text === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

/** Names of the API's fields, and the ids of their inputs. */
const INPUTS = { email: 'email', password: 'password', activation_code: 'code' };

/** Shows faults at their fields and everything else above the form; the first faulty field gets the focus. */
function showProblem(form, problem) {
  const faults = (problem.errors ?? []).filter(({ field }) => form.elements[INPUTS[field]]);
  for (const fault of faults) setFault(form.elements[INPUTS[fault.field]], sayFault(fault));
  if (faults.length > 0) form.querySelector('[aria-invalid]').focus();
  else form.querySelector('.problem').textContent = sayProblem(problem);
}

/** Runs `send` when the form is submitted, one at a time, unless a field is empty. */
export function onSubmit(form, send) {
  const button = form.querySelector('[type=submit]');
  form.addEventListener('input', ({ target }) => setFault(target, ''));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    clearFaults(form);
    const errors = Object.entries(INPUTS)
      .filter(([, id]) => form.elements[id]?.value === '')
      .map(([field]) => ({ field, code: `${field}.required` }));
    if (errors.length > 0) return showProblem(form, { errors });
    await busily(form, button, send);
  });
}

/** Runs `act` with the form and the button marked as busy; a problem is shown in the form. */
export async function busily(form, button, act) {
  form.ariaBusy = 'true';
  button.setAttribute('aria-disabled', 'true');
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    showProblem(form, error.problem);
  } finally {
    form.ariaBusy = 'false';
    button.setAttribute('aria-disabled', 'false');
  }
}
