import { envExample } from '@app/runtime';

process.stdout.write(envExample());
