export * from './fake-mailer';
export * from './letters';
export * from './mailer.contract';
