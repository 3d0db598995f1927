import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SpawnedApp } from '../../support/apps';
import { UnreadConnection } from '../../support/unread-connection';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const MIB = 1_048_576;
/** Pipelined requests per connection: fewer than the number at which the server closes it. */
const REQUESTS = 200;
/**
 * A response so large that no buffer between client and server holds many of them: a client that has read everything
 * is only idle.
 */
const PATH = '/docs/swagger-ui-bundle.js';
/** Connections of the client; every fifth stops in the middle of a request. */
const CONNECTIONS = 10;
const HALF_EVERY = 5;
/** Requests of one kind that stop in the middle of their headers or body. */
const HALVES = [
  'GET / HTTP/1.1\r\nHost: a\r\nX-Half',
  'POST /api/v1/users/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{"email',
];

/** The promises that hold whatever one client does. */
const MEMORY_MAX_MIB = 60;
const PROBE_P99_MAX_MS = 200;
/** `REQUEST_TIMEOUT_SECONDS` is 15 by default, plus five. */
const CLOSED_WITHIN_MS = 20_000;
const MEMORY_BACK_MS = 60_000;
/** Normal variation of memory under a dozen sign-ups per second, in MiB. */
const NOISE_MIB = 20;

/** Clients of one address send many requests without reading, or incomplete requests, while others sign up. */
export async function neverRead(stage: Stage): Promise<Observed> {
  const load = stage.load();
  const attackers: Attacker[] = [];
  try {
    await until('sign-ups work', () => load.acknowledgedAfter(0));
    await load.burst(15);
    await pause(3_000);
    const before = memoryMib(stage.api);
    for (let index = 0; index < CONNECTIONS; index += 1) attackers.push(attack(stage.api.port, index));
    const attacked = performance.now();
    let peak = before;
    let files = 0;
    const latencies: number[] = [];
    const haveAllClosed = async (): Promise<boolean> => {
      const began = performance.now();
      await fetch(`${stage.api.url}/livez`);
      latencies.push(performance.now() - began);
      peak = Math.max(peak, memoryMib(stage.api));
      files = Math.max(files, readdirSync(`/proc/${stage.api.child.pid}/fd`).length);
      return attackers.filter((attacker) => !attacker.isClosed()).length === 0;
    };
    await until('the servers have closed them', haveAllClosed, 3 * CLOSED_WITHIN_MS);
    const heldMs = performance.now() - attacked;
    for (const { socket } of attackers) socket.destroy();
    const released = performance.now();
    await until('memory is back', () => memoryMib(stage.api) < before + NOISE_MIB, 3 * MEMORY_BACK_MS);
    const backMs = performance.now() - released;
    await load.stop();
    const slowest =
      latencies.toSorted((one, other) => one - other)[Math.ceil(latencies.length * 0.99) - 1] ?? 0;
    const refused = load.signUps.filter(({ status }) => status !== 201);
    const grown = peak - before;
    return {
      promised: '/livez p99 < 200 ms; 60 MiB at most, back in 1 min; let go after 20 s',
      seen: `${load.signUps.length} sign-ups, ${refused.length} refused; /livez p99 ${ms(slowest)}; +${Math.round(grown)} MiB, ${files} files`,
      recovery: `places ${ms(heldMs)}, memory ${ms(backMs)}`,
      broken: [
        ...(await stage.ledger.settle(10)),
        ...refused.map(({ email, status }) => `${email} was answered ${status}`),
        ...(slowest > PROBE_P99_MAX_MS ? [`/livez p99 was ${ms(slowest)}`] : []),
        ...(grown > MEMORY_MAX_MIB ? [`memory grew by ${Math.round(grown)} MiB`] : []),
        ...(files > CONNECTIONS + 100 ? [`${files} files were open`] : []),
        ...(heldMs > CLOSED_WITHIN_MS ? [`connections were held for ${ms(heldMs)}`] : []),
        ...(backMs > MEMORY_BACK_MS ? [`memory was back only after ${ms(backMs)}`] : []),
      ],
    };
  } finally {
    for (const { socket } of attackers) socket.destroy();
    await load.stop();
  }
}

/** A different client address: the sign-ups come from 127.0.0.1. */
const STRANGER = '127.0.0.2';

interface Attacker {
  readonly socket: Socket;
  /** Whether the server has closed the connection. */
  isClosed(): boolean;
}

function attack(port: number, index: number): Attacker {
  const half = index % HALF_EVERY === 0 ? HALVES[(index / HALF_EVERY) % HALVES.length] : undefined;
  const unread = `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(REQUESTS);
  return half === undefined ? new UnreadConnection(port, unread, STRANGER) : stopHalfWay(port, half);
}

/** It reads, and so notices the end: an empty line would end its headers. */
function stopHalfWay(port: number, half: string): Attacker {
  const socket = connect({ port, host: '127.0.0.1', localAddress: STRANGER }, () => socket.write(half));
  let closed = false;
  socket.on('error', () => {}).on('close', () => (closed = true));
  socket.resume();
  return { socket, isClosed: () => closed };
}

const memoryMib = ({ child }: SpawnedApp): number =>
  (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1_024) / MIB;
