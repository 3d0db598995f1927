import type { Environment, Migrations, Sql } from '@app/runtime';
import { PROGRAM_NAME } from '../root-command';
import { counted } from '../terminal/format';
import { missingGrants, schemaRights } from './database-rights';
import type { Findings } from './finding';

/** Whether the tables match this version, and the role has the privileges to use them. */
export class DatabaseSchema {
  constructor(
    private readonly environment: Environment,
    private readonly sql: Sql,
    private readonly migrations: Migrations,
  ) {}

  /** Resolves to whether the tables can be inspected. */
  async judge(findings: Findings): Promise<boolean> {
    const { schema, may_use: mayUse, may_create: mayCreate } = await schemaRights(this.sql);
    const role = `"${this.environment.DATABASE_USER}"`;
    if (!mayUse) {
      findings.fail(
        'database.rights',
        `the role ${role} may not use the schema ${schema}`,
        `As the owner of the database, run: GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
      );
      return false;
    }
    const migrations = await this.migrations.status();
    const pending = migrations.filter(({ applied }) => !applied).map(({ name }) => name);
    const unknown = migrations.filter(({ known }) => !known).map(({ name }) => name);
    if (pending.length > 0) {
      findings.fail(
        'database.migrations',
        `migrations pending: ${pending.join(', ')}`,
        `Apply them: ${PROGRAM_NAME} db migrate`,
      );
      if (!mayCreate) {
        findings.fail(
          'database.may_migrate',
          `the role ${role} may not create tables in the schema ${schema}`,
          `As the owner of the database, run: GRANT CREATE ON SCHEMA ${schema} TO ${role}; or migrate with a role that owns it.`,
        );
      }
      return true;
    }
    findings.ok('database.migrations', `all ${migrations.length} migrations are applied`);
    if (unknown.length > 0) {
      findings.warn(
        'database.newer_schema',
        `a newer version has migrated the schema: ${unknown.join(', ')}`,
        'Upgrade this installation to that version.',
      );
    }
    await this.rights(findings, schema);
    return true;
  }

  private async rights(findings: Findings, schema: string): Promise<void> {
    const role = this.environment.DATABASE_USER;
    const grants = await missingGrants(this.sql, schema, role);
    if (grants.length === 0) findings.ok('database.rights', `the role "${role}" may read and write`);
    else {
      findings.fail(
        'database.rights',
        `the role "${role}" lacks privileges on ${counted(grants.length, 'table')}`,
        `As their owner, run: ${grants.join(' ')}`,
      );
    }
  }
}
