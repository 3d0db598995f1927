import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { ROW_PROVIDERS } from '@app/activation';
import { EventsModule } from '@app/events';
import { WORKER_HEARTBEATS } from '@app/owed-work';
import { createSql, Environment, Migrations, migrationsFolder, Sql } from '@app/runtime';
import { OperatorModule } from '@app/users';
import { COMMAND_GROUPS } from './command-groups';
import { Configuration } from './configuration';
import { DOCTOR_CHECKS, DoctorCommand } from './doctor/doctor.command';
import { RootCommand } from './root-command';
import { StatsCommand } from './stats/stats.command';

/** Nothing is in flight when a command has ended, so only a hanging server needs longer. */
const CLOSE_TIMEOUT_SECONDS = 0.2;

/** Configuration and PostgreSQL for every module. The pool connects on the first query. */
@Module({})
class CliRuntimeModule implements OnApplicationShutdown {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  static forConfiguration(configuration: Configuration): DynamicModule {
    const { environment } = configuration;
    const providers = [
      { provide: Configuration, useValue: configuration },
      { provide: Environment, useValue: environment },
      { provide: Sql, useFactory: () => createSql(environment) },
    ];
    return { module: CliRuntimeModule, global: true, providers, exports: providers };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sql.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }
}

const printWaiting = (why: string): void => void process.stderr.write(`${why}\n`);

/**
 * The composition root of the command line: the same use cases over the same adapters as in the services. No command
 * needs the mail queue or Redis: the worker finds owed mails in PostgreSQL.
 */
@Module({})
export class AppModule {
  static forConfiguration(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [CliRuntimeModule.forConfiguration(configuration), OperatorModule, EventsModule],
      providers: [
        RootCommand,
        {
          provide: Migrations,
          inject: [Sql],
          useFactory: (sql: Sql) => new Migrations(sql, migrationsFolder(), { onWait: printWaiting }),
        },
        ...ROW_PROVIDERS,
        WORKER_HEARTBEATS,
        ...COMMAND_GROUPS.flatMap((group) => group.registerWithSubCommands()),
        StatsCommand,
        DoctorCommand,
        ...DOCTOR_CHECKS,
      ],
    };
  }
}
