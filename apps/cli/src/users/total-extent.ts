import type { ErasureExtent, ErasureTarget } from '@app/users';

/** The sum over all targets, or over those before the signal. */
export async function totalExtent(
  targets: readonly ErasureTarget[],
  extentOf: (target: ErasureTarget) => Promise<ErasureExtent>,
  signal?: AbortSignal,
): Promise<ErasureExtent> {
  const sum = { accounts: 0, owedMails: 0, wrongTryCounts: 0, mailCounts: 0, eventsWithAddress: 0 };
  for (const target of targets) {
    if (signal?.aborted) break;
    const extent = await extentOf(target);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += extent[key];
  }
  return sum;
}
