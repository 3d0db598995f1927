export interface Ports {
  readonly api: number;
  readonly worker: number;
  readonly inbox: number;
  readonly smtp: number;
}

/** The settings of `make run`; the apps read the others themselves. */
export interface Settings {
  readonly ports: Ports;
  /** Whether we start PostgreSQL: `DATABASE_HOST` selects another one. */
  readonly ownDatabase: boolean;
  /** Whether mails go to our inbox: an `SMTP_HOST` elsewhere is a real mail server. */
  readonly ownInbox: boolean;
}

/** The variable for each port. */
export const PORT_VARIABLES: Record<keyof Ports, string> = {
  api: 'API_PORT',
  worker: 'WORKER_PORT',
  inbox: 'INBOX_PORT',
  smtp: 'SMTP_PORT',
};

const DEFAULTS: Ports = { api: 8000, worker: 8001, inbox: 8025, smtp: 1025 };

/** @throws {Error} with the variable that is not a port */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const read = (name: keyof Ports): number => {
    const variable = PORT_VARIABLES[name];
    const port = Number(env[variable] || DEFAULTS[name]);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new Error(`${variable} must be a port from 1 to 65535, not "${env[variable]}"`);
    }
    return port;
  };
  return {
    ports: { api: read('api'), worker: read('worker'), inbox: read('inbox'), smtp: read('smtp') },
    ownDatabase: !env['DATABASE_HOST'],
    ownInbox: ['', '127.0.0.1', 'localhost'].includes(env['SMTP_HOST'] ?? ''),
  };
}
