// Checks whether the app of this container, api or mailer-worker, is healthy: exit status 0 or 1.
// The first argument is the probe: /livez, or /readyz if traffic should wait for the database.
const TIMEOUT_MS = 3_000;
const [probe = '/livez'] = process.argv.slice(2);
// Like the program, this takes what Docker's links and Kubernetes set (tcp://…) for unset.
const ports = [Number(process.env.API_PORT) || 8000, Number(process.env.WORKER_PORT) || 8001];

async function ask(port) {
  const answer = await fetch(`http://127.0.0.1:${port}${probe}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`port ${port} answered ${answer.status}`);
}

try {
  await Promise.any(ports.map(ask));
} catch (error) {
  process.stderr.write(`${error.errors.map(({ message }) => message).join('\n')}\n`);
  process.exitCode = 1;
}
