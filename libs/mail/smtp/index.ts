// What renders and sends mails. It loads Handlebars and nodemailer, which the api does without.
export * from '../mail-server';
export * from '../smtp.module';
export { MailTemplates, TemplateFault } from '../templates/mail-templates';
