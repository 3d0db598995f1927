import type { Phrases } from './phrases';

export const ja: Phrases = {
  activation_code: {
    subject: (app) => `${app} の認証コード`,
    opening: (app, code) => `${code} が ${app} の認証コードです。`,
    heading: 'アカウントを有効にしてください',
    lead: (app) => `ご登録ありがとうございます。このコードを入力して、${app} への登録を完了してください。`,
    expiry: (lifetime) => `コードは 1 回だけ使用できます。有効期限は ${lifetime}です。`,
    button: 'アカウントを有効にする',
    footer:
      'お心当たりがない場合は、どなたかが誤ってこのアドレスを入力したと思われます。このメールは無視してください。' +
      'コードは誰にも教えないでください。当サービスからお尋ねすることはありません。',
  },
  address_taken: {
    subject: (app) => `${app} のアカウントは登録済みです`,
    heading: 'アカウントは登録済みです',
    lead: (app) =>
      `このアドレスで ${app} に登録しようとした方がいます（ご本人かもしれません）。アカウントに変更はありません。` +
      '現在のパスワードでログインしてください。',
    footer: 'お心当たりがない場合も、対応は不要です。情報が知られたり変更されたりすることはありません。',
  },
  support: (address) => `ご不明な点は ${address} までお問い合わせください。`,
};
