import type { Phrases } from './phrases';

export const es: Phrases = {
  errors: {
    ValidationError: 'La solicitud no es válida.',
    InvalidActivationCode: 'El código de activación es incorrecto.',
    InvalidCredentials: 'El correo electrónico o la contraseña son incorrectos.',
    InvalidToken: 'El token falta o es incorrecto.',
    NotFound: 'Aquí no hay nada.',
    MethodNotAllowed: 'Esta ruta no acepta ese método; Allow enumera los que acepta.',
    RequestTimeout: 'La solicitud tardó demasiado en llegar.',
    UserAlreadyExists: 'Esta dirección de correo ya está registrada.',
    UserAlreadyActivated: 'Esta cuenta ya está activada.',
    ActivationCodeExpired:
      'Ningún código de activación es válido para esta cuenta: caducó, se agotó o fue sustituido.',
    EventsForgotten: 'Los eventos posteriores a este cursor se han eliminado.',
    PayloadTooLarge: 'El cuerpo supera los 16 KiB.',
    UnsupportedMediaType: 'El cuerpo debe ser JSON en UTF-8, sin codificación de contenido.',
    RateLimitExceeded: 'Demasiadas solicitudes.',
    RequestHeadersTooLarge: 'Los campos de cabecera superan los 16 KiB.',
    InternalError: 'Algo ha fallado por nuestra parte.',
    ServiceUnavailable: 'El servicio no está disponible ahora; inténtelo de nuevo en un momento.',
  },
  exact: {
    codesUsedUp:
      'Este registro ya ha recibido todos sus códigos de activación: cuando caduque el último, regístrese de nuevo.',
    newCodeHint: 'Pida un código nuevo con POST /api/v1/users/activation-codes.',
    replacedCodeHint: 'Este es el código de un correo anterior. Use el del correo más reciente.',
    notJson: 'El cuerpo no es JSON válido.',
    notUtf8: 'El cuerpo no es UTF-8 válido.',
    notThatLong: 'El cuerpo no tiene la longitud que indica Content-Length.',
    oneHost: 'La solicitud debe tener exactamente un campo Host.',
  },
  faults: {
    required: 'es obligatorio',
    unknown: 'no es un campo conocido',
    invalid: 'no es válido',
    too_short: 'debe tener al menos {min} caracteres',
    too_long: 'debe tener como máximo {max} caracteres',
    too_common: 'es demasiado común; elija otra',
    'email.invalid': 'debe ser una dirección de correo como name@example.com',
    'password.too_long': 'debe tener como máximo {max} bytes en UTF-8',
    'activation_code.invalid': 'debe ser un texto de 4 a 8 cifras',
    'body.invalid': 'debe ser un objeto JSON',
    'body.too_long': 'debe tener como máximo {max} campos',
  },
};
