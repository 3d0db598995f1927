export * from './fake-mail-queue';
export * from './fake-mailer';
export * from './letters';
export * from './mail-queue.contract';
export * from './mailer.contract';
