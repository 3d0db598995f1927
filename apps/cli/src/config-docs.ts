import { writeFileSync } from 'node:fs';
import { configurationPage, envExample } from '@app/runtime';

/** `npm run config:docs`: generates .env.example and docs/configuration.md from the table of variables. */
writeFileSync('.env.example', envExample());
writeFileSync('docs/configuration.md', configurationPage());
