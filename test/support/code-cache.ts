import path from 'node:path';

/** Options of Node with which a program of the build starts at two thirds of the cost (preload-code-cache.cjs). */
export const PRELOAD_CODE_CACHE = ['--require', path.resolve('test/support/preload-code-cache.cjs')];
/** The variable with which such a program writes the cache for the next ones when it exits. */
export const WRITE_CODE_CACHE = { CODE_CACHE_WRITE: 'true' };
