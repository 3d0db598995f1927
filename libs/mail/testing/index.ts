export { SmtpMailer } from '../adapters/smtp-mailer';
export { SmtpServers } from '../adapters/smtp/smtp-servers';
export * from './fake-mailer';
export * from './letters';
export * from './mailer.contract';
