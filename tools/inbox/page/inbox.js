'use strict';

const REFRESH_MS = 1000;
const byId = (id) => document.getElementById(id);
let shown = null;
let known = '';

function line(className, text) {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = text;
  return span;
}

function entry(mail) {
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-current', String(mail.ID === shown));
  button.append(
    line(
      'from',
      `${mail.To.map((to) => to.Address).join(', ')} · ${new Date(mail.Created).toLocaleTimeString()}`,
    ),
    line('subject', mail.Subject),
    line('from', mail.Snippet),
  );
  button.addEventListener('click', () => void show(mail.ID));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

async function show(id) {
  const response = await fetch(`/api/v1/message/${id}`);
  if (!response.ok) return;
  const mail = await response.json();
  shown = id;
  byId('mail').hidden = false;
  byId('subject').textContent = mail.Subject;
  byId('meta').textContent =
    `From ${mail.From.Name} <${mail.From.Address}> to ${mail.To.map((to) => to.Address).join(', ')}`;
  byId('text').textContent = mail.Text;
  byId('html').src = `/view/${id}.html`;
  known = '';
  await refresh();
}

async function refresh() {
  const { messages } = await (await fetch('/api/v1/messages?limit=500')).json();
  const now = messages.map((mail) => mail.ID).join();
  if (now === known) return;
  known = now;
  byId('empty').hidden = messages.length > 0;
  byId('list').replaceChildren(...messages.map(entry));
  if (shown === null && messages.length > 0) await show(messages[0].ID);
}

byId('clear').addEventListener('click', async () => {
  await fetch('/api/v1/messages', { method: 'DELETE' });
  shown = null;
  byId('mail').hidden = true;
  await refresh();
});

async function keepFresh() {
  await refresh().catch(() => {});
  setTimeout(keepFresh, REFRESH_MS);
}
void keepFresh();
