/**
 * Calls `run` for many calls within a moment once: the first runs immediately, those that come until `spacingMs` after
 * it share the next. Runs never overlap. `run` must not reject.
 */
export function coalesced(run: () => Promise<void>, spacingMs: number): () => void {
  let busy = false;
  let again = false;
  const start = (): void => {
    busy = true;
    again = false;
    const spaced = new Promise((resolve) => setTimeout(resolve, spacingMs).unref());
    void run()
      .then(() => spaced)
      .then(() => {
        busy = false;
        if (again) start();
      });
  };
  return () => {
    if (busy) again = true;
    else start();
  };
}
