// A receiver of webhooks: verifies the signature, and handles each event once. Run it with
//   npm install standardwebhooks && WEBHOOK_SECRET=whsec_… node webhook-receiver.mjs
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const handled = new Set(); // In production use a table with a unique index, so that the ids survive a restart.

createServer(async (request, response) => {
  try {
    const event = webhook.verify(await text(request), request.headers);
    if (!handled.has(event.id)) process.stdout.write(`${event.type} ${event.data.user_id ?? ''}\n`);
    handled.add(event.id);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end(); // Not signed by the service.
  }
}).listen(Number(process.env.PORT ?? 9999), '127.0.0.1');
