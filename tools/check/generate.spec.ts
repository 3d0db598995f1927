import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const { projects } = JSON.parse(readFileSync(path.join(ROOT, 'nest-cli.json'), 'utf8')) as {
  projects: Record<string, { sourceRoot: string }>;
};

/** What `nest generate` would create and change, without doing it. */
function generate(schematic: string, name: string, project: string): string {
  const words = ['generate', schematic, name, '--project', project, '--dry-run'];
  const nest = spawnSync('node_modules/.bin/nest', words, { cwd: ROOT, encoding: 'utf8' });
  return nest.stdout;
}

describe('nest generate', () => {
  it('creates a controller in the given app, and adds it to the module', () => {
    const said = generate('controller', 'shop', 'api');
    expect(said).toContain('apps/api/src/shop/shop.controller.ts');
    expect(said).toContain('apps/api/src/app.module.ts');
  });

  it('creates a provider in the given library', () => {
    const said = generate('provider', 'price', 'mail');
    expect(said).toContain('libs/mail/price/price.ts');
    expect(said).toContain('libs/mail/mail.module.ts');
  });

  it('finds each app and library by its folder', () => {
    for (const [name, { sourceRoot }] of Object.entries(projects)) {
      expect(sourceRoot).toMatch(new RegExp(`^(apps/${name}/src|libs/${name})$`));
    }
  });
});
