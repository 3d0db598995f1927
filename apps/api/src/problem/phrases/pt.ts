import type { Phrases } from './phrases';

export const pt: Phrases = {
  errors: {
    ValidationError: 'O pedido não é válido.',
    InvalidActivationCode: 'O código de ativação está incorreto.',
    InvalidCredentials: 'O e-mail ou a palavra-passe está incorreto.',
    InvalidToken: 'O token está em falta ou incorreto.',
    NotFound: 'Não há nada aqui.',
    MethodNotAllowed: 'Este caminho não aceita esse método; Allow indica os que aceita.',
    RequestTimeout: 'O pedido demorou demasiado tempo a chegar.',
    UserAlreadyExists: 'Este endereço de e-mail já está registado.',
    UserAlreadyActivated: 'Esta conta já está ativada.',
    ActivationCodeExpired:
      'Nenhum código de ativação é válido para esta conta: expirou, esgotou-se ou foi substituído.',
    EventsForgotten: 'Os eventos posteriores a este cursor foram eliminados.',
    PayloadTooLarge: 'O corpo excede 16 KiB.',
    UnsupportedMediaType: 'O corpo tem de ser JSON em UTF-8, sem codificação de conteúdo.',
    RateLimitExceeded: 'Demasiados pedidos.',
    RequestHeadersTooLarge: 'Os campos de cabeçalho excedem 16 KiB.',
    InternalError: 'Algo correu mal do nosso lado.',
    ServiceUnavailable: 'O serviço não está disponível agora; tente novamente dentro de momentos.',
  },
  exact: {
    codesUsedUp:
      'Este registo já recebeu todos os seus códigos de ativação: quando o último expirar, registe-se novamente.',
    newCodeHint: 'Peça um novo código com POST /api/v1/users/activation-codes.',
    replacedCodeHint: 'Este é o código de um e-mail anterior. Use o do e-mail mais recente.',
    notJson: 'O corpo não é JSON válido.',
    notUtf8: 'O corpo não é UTF-8 válido.',
    notThatLong: 'O corpo não tem o comprimento que Content-Length indica.',
    oneHost: 'O pedido tem de ter exatamente um campo Host.',
  },
  faults: {
    required: 'é obrigatório',
    unknown: 'não é um campo conhecido',
    invalid: 'não é válido',
    too_short: 'deve ter pelo menos {min} caracteres',
    too_long: 'deve ter no máximo {max} caracteres',
    too_common: 'é demasiado comum; escolha outra',
    'email.invalid': 'deve ser um endereço de e-mail como name@example.com',
    'password.too_long': 'deve ter no máximo {max} bytes em UTF-8',
    'activation_code.invalid': 'deve ser um texto de 4 a 8 algarismos',
    'body.invalid': 'deve ser um objeto JSON',
    'body.too_long': 'deve ter no máximo {max} campos',
  },
};
