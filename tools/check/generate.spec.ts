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
  it('puts a controller into the app that it is for, and names it in the module', () => {
    const said = generate('controller', 'shop', 'api');
    expect(said).toContain('apps/api/src/shop/shop.controller.ts');
    expect(said).toContain('apps/api/src/app.module.ts');
  });

  it('puts a provider into the library that it is for', () => {
    const said = generate('provider', 'price', 'mail');
    expect(said).toContain('libs/mail/price/price.ts');
    expect(said).toContain('libs/mail/mail.module.ts');
  });

  it('knows each app and library by the folder that it is in', () => {
    for (const [name, { sourceRoot }] of Object.entries(projects)) {
      expect(sourceRoot).toMatch(new RegExp(`^(apps/${name}/src|libs/${name})$`));
    }
  });
});
