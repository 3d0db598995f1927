import { docker, eventually } from './engine';
import { codeIn, type Stage } from './stage';

const HOST = 'smtp.provider.test';

export function describeOwnMailServer(stage: () => Stage): void {
  describe('the stack with a mail server of the operator', () => {
    let provider = '';
    let network = '';

    afterAll(async () => {
      await stage().up();
      if (provider !== '') await docker('rm', '--force', provider);
      await docker('network', 'rm', network);
    }, 300_000);

    it('reaches it through docker-compose.smtp.yml, by what .env says', async () => {
      const env = { SMTP_HOST: HOST, SMTP_PORT: '1025' };
      await stage().composeWithMailServer(env, 'up', '--detach', '--wait', '--wait-timeout', '240');
      network = await stage().network('outbound');
      const [inbox] = await stage().containers('mailpit');
      const image = await docker('inspect', '--format', '{{.Config.Image}}', inbox ?? '');
      const published = ['--publish', '127.0.0.1::8025'];
      const known = ['--network', network, '--network-alias', HOST];
      provider = await docker('run', '--detach', ...known, ...published, image);

      const { email, status } = await stage().register(await stage().url('nginx', 8080));
      expect(status).toBe(201);
      const pages = `http://${await docker('port', provider, '8025')}`;
      expect(await eventually(() => codeIn(pages, email), 40)).toMatch(/^\d{4}$/);
    });
  });
}
