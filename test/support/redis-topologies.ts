import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { TestRedis } from './redis';
import { until } from './until';

const LOOPBACK = '127.0.0.1';
const SLOTS = 16_384;
const SENTINEL_NAME = 'accounts';
/** After this many milliseconds of silence, a node counts as dead. */
const NODE_TIMEOUT_MS = 1_000;

/** Redis servers that know each other. Each writes its configuration to a folder of the test. */
abstract class Topology {
  protected readonly directory = mkdtempSync(path.join(tmpdir(), 'redis-topology-'));
  protected readonly servers: TestRedis[] = [];

  /** Runs a command on one server. */
  async tell(port: number, command: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis({ host: LOOPBACK, port });
    client.on('error', () => {});
    try {
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Kills the server on that port with SIGKILL. */
  async kill(port: number): Promise<void> {
    await this.servers.find((server) => server.port === port)?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A cluster of three primaries, with a replica of each if requested. Needs Redis 7. */
export class TestRedisCluster extends Topology {
  static async start({ replicas = false } = {}): Promise<TestRedisCluster> {
    const cluster = new TestRedisCluster();
    const count = replicas ? 6 : 3;
    const busPorts = await Promise.all(Array.from({ length: count }, freePort));
    for (const [index, busPort] of busPorts.entries()) {
      cluster.servers.push(
        await TestRedis.start(
          ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
          ...['--cluster-config-file', path.join(cluster.directory, `node-${index}.conf`)],
          ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
          // A node that has just started waits this long, in seconds, for others that it lost.
          ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
        ),
      );
    }
    await cluster.join(busPorts);
    return cluster;
  }

  /** Variables that point an app to it. */
  get env(): NodeJS.ProcessEnv {
    const hosts = this.servers.map(({ port }) => `${LOOPBACK}:${port}`);
    return { REDIS_HOST: hosts.slice(0, 2).join(','), REDIS_CLUSTER: 'true' };
  }

  get ports(): number[] {
    return this.servers.map(({ port }) => port);
  }

  /** Port of the primary with that key, according to a live node. */
  async holderOf(key: string, askedPort = this.ports.at(-1) as number): Promise<number> {
    const slot = Number(await this.tell(askedPort, 'cluster', 'keyslot', key));
    const ranges = (await this.tell(askedPort, 'cluster', 'slots')) as [number, number, [string, number]][];
    return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1] ?? 0;
  }

  private async join(busPorts: readonly number[]): Promise<void> {
    const [first = 0, ...others] = this.ports;
    for (const port of others) {
      await this.tell(first, 'cluster', 'meet', LOOPBACK, port, busPorts[this.ports.indexOf(port)] ?? 0);
    }
    const primaries = this.ports.slice(0, 3);
    for (const [index, port] of primaries.entries()) {
      const [from, to] = [index, index + 1].map((third) => Math.floor((SLOTS * third) / 3)) as [
        number,
        number,
      ];
      await this.tell(port, 'cluster', 'addslotsrange', from, to - 1);
      // Without separate epochs, the nodes would have to resolve collisions first.
      await this.tell(port, 'cluster', 'set-config-epoch', index + 1).catch(() => {});
    }
    await this.everyone('knows the others', (info) =>
      info.includes(`cluster_known_nodes:${this.ports.length}`),
    );
    for (const [index, port] of this.ports.slice(3).entries()) {
      const primary = String(await this.tell(primaries[index] ?? 0, 'cluster', 'myid'));
      await this.tell(port, 'cluster', 'replicate', primary);
    }
    await this.everyone('sees a sound cluster', (info) => info.includes('cluster_state:ok'));
    for (const port of this.ports.slice(3)) await waitForReplica(this, port);
  }

  private async everyone(does: string, fact: (info: string) => boolean): Promise<void> {
    for (const port of this.ports) {
      await until(`redis-server ${port} ${does}`, async () =>
        fact(String(await this.tell(port, 'cluster', 'info'))),
      );
    }
  }
}

/** A primary, a replica and three sentinels, two of which must agree. */
export class TestRedisSentinels extends Topology {
  private readonly sentinels: Child[] = [];
  private readonly sentinelPorts: number[] = [];

  static async start(): Promise<TestRedisSentinels> {
    const topology = new TestRedisSentinels();
    const primary = await TestRedis.start();
    topology.servers.push(primary, await TestRedis.start('--replicaof', LOOPBACK, String(primary.port)));
    await waitForReplica(topology, topology.servers[1]?.port ?? 0);
    for (let index = 0; index < 3; index += 1) await topology.addSentinel(index, primary.port);
    for (const port of topology.sentinelPorts) {
      await until(`sentinel ${port} knows the replica and the others`, async () => {
        const answer = await topology.tell(port, 'sentinel', 'master', SENTINEL_NAME);
        const facts = Object.fromEntries(pairs(answer as string[]));
        return facts['num-slaves'] === '1' && facts['num-other-sentinels'] === '2';
      });
    }
    return topology;
  }

  /** Variables that point an app to it. */
  get env(): NodeJS.ProcessEnv {
    return {
      REDIS_SENTINELS: this.sentinelPorts.map((port) => `${LOOPBACK}:${port}`).join(','),
      REDIS_SENTINEL_NAME: SENTINEL_NAME,
    };
  }

  /** Port of the primary, according to the sentinels. */
  async holderOf(): Promise<number> {
    const [, port] = (await this.tell(
      this.sentinelPorts[0] ?? 0,
      'sentinel',
      'get-master-addr-by-name',
      SENTINEL_NAME,
    )) as [string, string];
    return Number(port);
  }

  override async stop(): Promise<void> {
    for (const sentinel of this.sentinels) sentinel.kill();
    await Promise.all(this.sentinels.map((sentinel) => sentinel.exit()));
    await super.stop();
  }

  private async addSentinel(index: number, primaryPort: number): Promise<void> {
    const port = await freePort();
    // A sentinel stores its state in its configuration file, which must exist.
    const configuration = path.join(this.directory, `sentinel-${index}.conf`);
    writeFileSync(
      configuration,
      [
        `port ${port}`,
        `bind ${LOOPBACK}`,
        `sentinel monitor ${SENTINEL_NAME} ${LOOPBACK} ${primaryPort} 2`,
        `sentinel down-after-milliseconds ${SENTINEL_NAME} ${NODE_TIMEOUT_MS}`,
        `sentinel failover-timeout ${SENTINEL_NAME} 6000`,
        '',
      ].join('\n'),
    );
    const args = [configuration, '--sentinel'];
    const child = new Child('redis-sentinel', { command: 'redis-server', args, lastSignal: 'KILL' });
    this.sentinels.push(child);
    this.sentinelPorts.push(port);
  }
}

async function waitForReplica(topology: Topology, replica: number): Promise<void> {
  await until(`replica ${replica} has it all`, async () =>
    String(await topology.tell(replica, 'info', 'replication')).includes('master_link_status:up'),
  );
}

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
