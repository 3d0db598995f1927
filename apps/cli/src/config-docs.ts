import { writeFileSync } from 'node:fs';
import { configurationPage, envExample } from '@app/runtime';

/** `npm run config:docs`: writes what people read of the table of variables. */
writeFileSync('.env.example', envExample());
writeFileSync('docs/configuration.md', configurationPage());
