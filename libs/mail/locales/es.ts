import type { Phrases } from './phrases';

export const es: Phrases = {
  activation_code: {
    subject: (app) => `Tu código de activación de ${app}`,
    opening: (app, code) => `${code} es tu código de activación de ${app}.`,
    heading: 'Activa tu cuenta',
    lead: (app) => `¡Te damos la bienvenida! Introduce este código para terminar de registrarte en ${app}.`,
    expiry: (lifetime) => `El código solo se puede usar una vez y caduca en ${lifetime}.`,
    button: 'Activar mi cuenta',
    footer:
      '¿No te has registrado? Probablemente alguien ha escrito tu dirección por error. Puedes ignorar este mensaje. ' +
      'No compartas este código con nadie; nunca te lo pediremos.',
  },
  address_taken: {
    subject: (app) => `Ya tienes una cuenta en ${app}`,
    heading: 'Ya tienes una cuenta',
    lead: (app) =>
      `Alguien, quizá tú, ha intentado registrarse en ${app} con esta dirección. Tu cuenta no ha cambiado: ` +
      'inicia sesión con tu contraseña actual.',
    footer: '¿No has sido tú? No tienes que hacer nada: nadie ha accedido a tu cuenta ni la ha modificado.',
  },
  support: (address) => `¿Tienes alguna pregunta? Escribe a ${address}.`,
};
