import { createSql, parseEnvironment } from '@app/runtime';
import type { Seen } from '../report';
import { Stage } from '../stage';
import { endure } from './outages';

/**
 * A standby that has every commit takes over. `demoted`: the old primary lives on and takes no writes, and its
 * clients stay connected.
 */
export async function failOverPostgres(how: 'killed' | 'demoted'): Promise<Seen> {
  const stage = await Stage.start();
  const standby = await stage.postgres.startStandby(stage.sql);
  const heir = createSql(parseEnvironment(standby.env()));
  try {
    return await endure(stage, {
      fault: '',
      breaks: async () => {
        if (how === 'killed') await stage.postgres.kill();
        else await stage.postgres.forbidWrites();
      },
      fixes: async () => {
        await heir`select pg_promote()`;
        for (const proxy of [stage.toPostgres, stage.lookOut]) proxy.retarget(standby.port);
        stage.lookOut.cut();
      },
      signUpsContinue: false,
      lastsMs: 1_000,
    });
  } finally {
    await heir.end({ timeout: 1 });
    await stage.stop();
    await standby.stop();
  }
}
