import path from 'node:path';
import { docker, run } from './engine';

const ROOT = path.resolve(__dirname, '../..');
/** With the official base. The rest is Node itself (120 MB) and Debian (70 MB). */
const SIZE_BYTES_MAX = 260e6;

export function describeImage(): void {
  describe('the image', () => {
    const shell = (script: string): Promise<string> =>
      docker('run', '--rm', '--entrypoint', 'sh', 'user-registration:test', '-c', script);

    it('is small', async () => {
      const size = Number(
        await docker('image', 'inspect', '--format', '{{.Size}}', 'user-registration:test'),
      );
      expect(size).toBeLessThanOrEqual(SIZE_BYTES_MAX);
    });

    it('contains no build tools, no source maps, and no binary of another platform', async () => {
      expect(
        await shell('ls node_modules | grep -xE "typescript|prettier|mjml|svgo|jest|eslint" || true'),
      ).toBe('');
      expect(
        await shell('find /app -name "*.map" -o -name "*.ts" -o -path "*/prebuilds/*-x64/*.musl.node"'),
      ).toBe('');
      const builds = await shell('ls node_modules/bcrypt/prebuilds');
      expect(builds.split('\n')).toHaveLength(1);
      expect(await shell('command -v npm npx apt-get || true')).toBe('');
    });

    it('is writable only by root', async () => {
      expect(await shell('find /app -writable -o ! -user root; id -u')).toBe('1000');
    });

    it('loads every program', async () => {
      expect(
        await docker('run', '--rm', 'user-registration:test', 'dist/apps/cli/src/main.js', '--help'),
      ).toContain('codes');
    });

    it('has the same layers when the same sources are built again', async () => {
      const layers = (tag: string): Promise<string> =>
        docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', `user-registration:${tag}`);
      const again = ['--build-arg', 'VERSION=test', '--tag', 'user-registration:again', '--no-cache-filter'];
      await run('docker', ['build', ...again, 'build,modules,base,dated', ROOT]);
      expect(await layers('again')).toBe(await layers('test'));
    }, 600_000);
  });
}
