import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of one request, or of one mail, carries. */
export interface RequestContext {
  readonly requestId: string;
}

/** Travels with the request through promises and callbacks, so that no function has to pass it on. */
export const requestContext = new AsyncLocalStorage<RequestContext>();
