import { parseEnvironment } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import type { Observed } from '../report';
import { Stage } from '../stage';
import { runOutage } from './outages';

/**
 * A standby that has every commit takes over. `demoted`: the old primary keeps running without accepting writes, and
 * its clients stay connected.
 */
export async function failOverPostgres(how: 'killed' | 'demoted'): Promise<Observed> {
  const stage = await Stage.start();
  const standby = await stage.postgres.startStandby(stage.sql);
  const standbySql = createSql(parseEnvironment(standby.env()));
  try {
    return await runOutage(stage, {
      fault: '',
      breaks: async () => {
        if (how === 'killed') await stage.postgres.kill();
        else await stage.postgres.forbidWrites();
      },
      fixes: async () => {
        await standbySql`select pg_promote()`;
        for (const proxy of [stage.toPostgres, stage.toObservedPostgres]) proxy.retarget(standby.port);
        stage.toObservedPostgres.cut();
      },
      signUpsContinue: false,
      lastsMs: 1_000,
    });
  } finally {
    await standbySql.end({ timeout: 1 });
    await stage.stop();
    await standby.stop();
  }
}
