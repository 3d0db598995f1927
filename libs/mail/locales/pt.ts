import type { Phrases } from './phrases';

export const pt: Phrases = {
  activation_code: {
    subject: (app) => `O seu código de ativação de ${app}`,
    opening: (app, code) => `${code} é o seu código de ativação de ${app}.`,
    heading: 'Ative a sua conta',
    lead: (app) => `Boas-vindas! Introduza este código para concluir o seu registo em ${app}.`,
    expiry: (lifetime) => `O código só pode ser usado uma vez e expira em ${lifetime}.`,
    button: 'Ativar a minha conta',
    footer:
      'Não se registou? Provavelmente alguém escreveu o seu endereço por engano. Pode ignorar este e-mail. ' +
      'Não partilhe este código com ninguém; nunca o pediremos.',
  },
  address_taken: {
    subject: (app) => `Já tem uma conta em ${app}`,
    heading: 'Já tem uma conta',
    lead: (app) =>
      `Alguém, talvez você, tentou registar-se em ${app} com este endereço. A sua conta não mudou: ` +
      'inicie sessão com a sua palavra-passe atual.',
    footer: 'Não foi você? Não precisa de fazer nada: ninguém acedeu à sua conta nem a alterou.',
  },
  support: (address) => `Tem dúvidas? Escreva para ${address}.`,
};
