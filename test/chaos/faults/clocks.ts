import { existsSync } from 'node:fs';
import { spawnApp } from '../../support/apps';
import { Client } from '../../support/service';
import { codeIn } from '../../support/inbox';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';

const PASSWORD = 'SecurePass123';
const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

const shifted = (by: string): NodeJS.ProcessEnv => ({
  LD_PRELOAD: LIBRARY,
  FAKETIME: by,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
});

/** An api five minutes ahead and a worker five minutes behind agree, because all time is PostgreSQL's. */
export async function shiftClocks(stage: Stage): Promise<Observed> {
  if (!existsSync(LIBRARY)) {
    throw new Error(`${LIBRARY} is missing: run \`apt-get install faketime\``);
  }
  await stage.worker.stop();
  const ahead = await spawnApp('api', { ...stage.env, ...shifted('+5m') });
  stage.worker = await spawnApp('mailer-worker', { ...stage.env, ...shifted('-5m') });
  try {
    const email = `clocks-${Date.now()}@example.com`;
    const client = new Client(ahead.url);
    const registered = await client.register(email, PASSWORD);
    const asked = performance.now();
    const mail = await until('the mail', () => stage.ledger.mailsTo(email)[0], 30_000);
    const activated = await client.activate(email, PASSWORD, codeIn(mail.mail));
    const skews = [registered.body['created_at'], activated.body['activated_at']].map((time) =>
      Math.round(Math.abs(Date.parse(String(time)) - Date.now()) / 1_000),
    );
    const shown = ahead.lines.map((line) => Date.parse(String(/"time":"([^"]+)"/.exec(line)?.[1])));
    const really = Math.round((Math.max(...shown.filter(Number.isFinite)) - Date.now()) / 60_000);
    return {
      promised: 'codes live and die by one clock',
      seen: `api ${really} min ahead: ${registered.status}, ${activated.status}, times off by ${skews.join(' and ')} s`,
      recovery: `mail ${Math.round(mail.at - asked)} ms`,
      broken: [
        ...(activated.status === 200 ? [] : [`a fresh code was answered ${activated.status}`]),
        ...skews.filter((skew) => !(skew < 60)).map((skew) => `a time is off by ${skew} s`),
        ...(really === 5 ? [] : ['the api is not ahead: nothing was tried']),
      ],
    };
  } finally {
    await Promise.all([ahead.stop(), stage.worker.stop()]);
    stage.worker = await spawnApp('mailer-worker', stage.env);
  }
}
