import path from 'node:path';
import { describeDevelopment } from './development';
import { docker, requireEngine, run } from './engine';
import { describeFaults } from './faults';
import { describeImage } from './image';
import { describeKubernetes } from './kubernetes';
import { describeOwnMailServer } from './own-mail-server';
import { describeSettings } from './settings';
import { describeShipped } from './shipped';
import { describeStack } from './stack';
import { Stage } from './stage';
import { describeWatching } from './watching';

const ROOT = path.resolve(__dirname, '../..');

let stage: Stage | undefined;
const current = (): Stage => {
  if (stage === undefined) throw new Error('There is no stage yet');
  return stage;
};

beforeAll(async () => {
  await requireEngine();
  await run('docker', ['compose', 'build'], { cwd: ROOT, env: { VERSION: 'test' } });
  stage = new Stage();
}, 900_000);

afterAll(async () => {
  await stage?.remove();
  await docker('image', 'rm', '--force', 'user-registration:test', 'user-registration:again').catch(() => '');
}, 120_000);

// In this order: each part leaves the stack as healthy as it found it.
describeSettings();
describeImage();
describeShipped();
describeStack(current);
describeKubernetes(current);
describeWatching(current);
describeFaults(current);
describeOwnMailServer(current);
describeDevelopment();
