'use strict';

const REFRESH_MS = 1000;
const byId = (id) => document.getElementById(id);
/** The open mail, its code, and the mails that have been opened. */
let shown = null;
let code = '';
let known = null;
const opened = new Set();

function line(className, text) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = text;
  return span;
}

function entry(mail) {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.id = mail.ID;
  button.setAttribute('aria-current', String(mail.ID === shown));
  button.classList.toggle('new', !opened.has(mail.ID));
  const to = mail.To.map(({ Address }) => Address).join(', ');
  button.append(
    line('from', `${to} · ${new Date(mail.Created).toLocaleTimeString()}`),
    line('subject', mail.Subject),
    line('from', mail.Snippet),
  );
  if (!opened.has(mail.ID)) button.append(line('badge', 'New'));
  button.addEventListener('click', () => void show(mail.ID, true));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

/** Redraws the list, and keeps the focus. */
function draw(messages) {
  const focused = document.activeElement?.dataset?.id;
  byId('empty').hidden = messages.length > 0;
  byId('clear').disabled = messages.length === 0;
  byId('list').replaceChildren(...messages.map(entry));
  if (focused !== undefined) byId('list').querySelector(`[data-id="${focused}"]`)?.focus();
}

async function show(id, chosen = false) {
  const response = await fetch(`/api/v1/message/${id}`);
  if (!response.ok) return;
  const mail = await response.json();
  shown = id;
  opened.add(id);
  code = /(?:^|\s)(\d{4,8})\b/.exec(mail.Text)?.[1] ?? '';
  byId('mail').hidden = false;
  byId('subject').textContent = mail.Subject;
  byId('meta').textContent =
    `From ${mail.From.Name} <${mail.From.Address}> to ${mail.To.map((to) => to.Address).join(', ')}`;
  byId('text').textContent = mail.Text;
  byId('html').src = `/view/${id}.html`;
  byId('copy').hidden = code === '';
  byId('copy').textContent = `Copy code ${code}`;
  known = null;
  await refresh();
  if (chosen && byId('mail').offsetTop > byId('list').offsetTop + 40) byId('mail').scrollIntoView();
}

function closeMail() {
  shown = null;
  byId('mail').hidden = true;
}

async function refresh() {
  const { messages } = await (await fetch('/api/v1/messages?limit=500')).json();
  const now = messages.map((mail) => mail.ID).join();
  if (now === known) return;
  const arrived = messages.length > 0 && !(known ?? '').includes(messages[0].ID);
  const first = known === null && shown === null;
  const refreshed = known === null && shown !== null;
  known = now;
  if (shown !== null && !messages.some(({ ID }) => ID === shown)) closeMail();
  draw(messages);
  document.title = messages.some(({ ID }) => !opened.has(ID)) ? '● Inbox' : 'Inbox';
  // A reader who has scrolled down is looking at something else.
  const atTop = document.querySelector('nav').scrollTop < 8;
  if (messages.length > 0 && !refreshed && (first || (arrived && atTop))) await show(messages[0].ID);
}

async function remove(ids) {
  const body = ids === undefined ? undefined : JSON.stringify({ IDs: ids });
  await fetch('/api/v1/messages', { method: 'DELETE', body });
  known = null;
  closeMail();
  await refresh();
}

byId('clear').addEventListener('click', () => {
  if (confirm('Delete all mails?')) void remove();
});
byId('delete').addEventListener('click', async () => {
  await remove([shown]);
  // The button was hidden with its mail; the next mail has the same button.
  (shown === null ? byId('list').querySelector('button') : byId('delete'))?.focus();
});
byId('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(code);
  byId('copy').textContent = 'Copied';
});

async function keepFresh() {
  await refresh().catch(() => {});
  setTimeout(keepFresh, REFRESH_MS);
}
void keepFresh();
