import path from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { Migrations, RuntimeModule, Sql, type Environment } from '@app/runtime';
import { DbCommand, DbMigrateCommand, DbRollbackCommand, DbStatusCommand } from './db/db.commands';

/** Where the migrations lie, seen from the working directory: they are data beside the program, not part of it. */
const MIGRATIONS_FOLDER = path.resolve('db/migrations');

/** The composition root of the command line. It leaves the mail queue out: migrations run before there is one. */
@Module({})
export class CliModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: CliModule,
      imports: [RuntimeModule.forApp('cli', environment)],
      providers: [
        {
          provide: Migrations,
          inject: [Sql],
          useFactory: (sql: Sql) => new Migrations(sql, MIGRATIONS_FOLDER),
        },
        DbCommand,
        DbMigrateCommand,
        DbStatusCommand,
        DbRollbackCommand,
      ],
    };
  }
}
