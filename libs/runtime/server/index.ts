// Everything for programs that serve HTTP. It loads Express, Terminus and Swagger, which the command line does not
// need.
export * from '../health/health';
export * from '../health/probes.controller';
export * from '../runtime.module';
export * from './bounded-server';
export * from './security-headers';
