export { bounceAddress } from './bounces/bounce-address';
export { readReport } from './bounces/read-bounce';
export { smtpAddresses, type SmtpAddress } from './domain/smtp-address';
export { sendSecondsMax } from './domain/timeouts';
export * from './domain/locale';
export * from './domain/mailer';
export * from './mail.module';
export * from './domain/mail-server-log';
