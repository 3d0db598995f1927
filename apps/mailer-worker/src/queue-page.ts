import { createHash, timingSafeEqual } from 'node:crypto';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import { getQueueToken } from '@nestjs/bullmq';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Queue } from 'bullmq';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { MAIL_QUEUE_NAME } from '@app/mail';
import type { Environment } from '@app/runtime';

const PATH = '/queue';
const USER = 'operator';
/** BullMQ waits for its store however long that is away; the connection of whoever asked is closed before. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Serves bull-board at /queue, where `QUEUE_PAGE_PASSWORD` asks for it: here and not in the api, because the worker's
 * port is the operators' own. To look at, not to change: what becomes of a mail is decided in the database
 * (`mail owed`, `mail retry`), and a job holds the id of an owed mail and nothing else.
 */
export function serveQueuePage(app: NestExpressApplication, environment: Environment): void {
  if (!environment.QUEUE_PAGE_PASSWORD) return;
  const page = new ExpressAdapter().setBasePath(PATH);
  const queue = app.get<Queue>(getQueueToken(MAIL_QUEUE_NAME), { strict: false });
  createBullBoard({
    queues: [new BullMQAdapter(queue, { readOnlyMode: true })],
    serverAdapter: page,
    options: { uiConfig: { boardTitle: 'Mail queue' } },
  });
  app.use(
    PATH,
    // The page asks Google for two fonts; the policy keeps it to those of the system.
    helmet({ contentSecurityPolicy: { directives: { ...ONLY_FROM_HERE, upgradeInsecureRequests: null } } }),
    askForPassword(environment.QUEUE_PAGE_PASSWORD),
    closeLate,
    page.getRouter() as RequestHandler,
  );
}

const ONLY_FROM_HERE = { fontSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"] };

function askForPassword(password: string): RequestHandler {
  const expected = digest(`Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`);
  return (request, response, next) => {
    // Digests are of one length, and are compared in a time that tells nothing of where they differ.
    if (timingSafeEqual(digest(request.get('authorization') ?? ''), expected)) next();
    else response.status(401).set('WWW-Authenticate', 'Basic realm="queue", charset="UTF-8"').end();
  };
}

const closeLate: RequestHandler = (_request, response, next) => {
  response.setTimeout(ANSWER_TIMEOUT_MS);
  next();
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
