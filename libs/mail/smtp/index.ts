// Renders and sends mails. It loads Handlebars and nodemailer, which the api does not need.
export * from '../mail-server';
export * from '../smtp.module';
export { MailTemplates, TemplateFault } from '../templates/mail-templates';
