import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { parseEnvironment } from '@app/runtime';
import { AppModule } from './app.module';
import { createOpenApiDocument } from './docs/openapi';

/**
 * Prints the OpenAPI document of the api with its defaults, or with settings given as NAME=value. Nest's preview mode
 * reads the modules without creating their providers, so no database, queue or mail server is needed.
 */
async function main(): Promise<void> {
  const environment = parseEnvironment(
    Object.fromEntries(process.argv.slice(2).map((setting) => setting.split('=') as [string, string])),
  );
  const app = await NestFactory.create(AppModule.forEnvironment(environment), {
    preview: true,
    abortOnError: false,
    logger: ['error', 'fatal'],
  });
  process.stdout.write(`${JSON.stringify(createOpenApiDocument(app, environment), null, 2)}\n`);
}

void main();
