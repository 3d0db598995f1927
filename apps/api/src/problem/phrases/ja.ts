import type { Phrases } from './phrases';

export const ja: Phrases = {
  errors: {
    ValidationError: 'リクエストが正しくありません。',
    InvalidActivationCode: '有効化コードが違います。',
    InvalidCredentials: 'メールアドレスまたはパスワードが違います。',
    InvalidToken: 'トークンがないか、正しくありません。',
    NotFound: 'ここには何もありません。',
    MethodNotAllowed: 'このパスではそのメソッドを使えません。使えるものは Allow にあります。',
    RequestTimeout: 'リクエストの到着に時間がかかりすぎました。',
    UserAlreadyExists: 'このメールアドレスはすでに登録されています。',
    UserAlreadyActivated: 'このアカウントはすでに有効化されています。',
    ActivationCodeExpired:
      'このアカウントに有効なコードはありません。期限切れ、使用済み、または新しいコードに置き換えられました。',
    EventsForgotten: 'このカーソルより後のイベントは削除されました。',
    PayloadTooLarge: '本文が 16 KiB を超えています。',
    UnsupportedMediaType: '本文は UTF-8 の JSON で、コンテンツ符号化なしで送ってください。',
    RateLimitExceeded: 'リクエストが多すぎます。',
    RequestHeadersTooLarge: 'ヘッダーが 16 KiB を超えています。',
    InternalError: 'サービス側で問題が発生しました。',
    ServiceUnavailable: '現在サービスを利用できません。しばらくしてからもう一度お試しください。',
  },
  exact: {
    codesUsedUp:
      'この登録で発行できるコードをすべて使いました。最後のコードの期限が切れたら、もう一度登録してください。',
    newCodeHint: 'POST /api/v1/users/activation-codes で新しいコードを請求してください。',
    replacedCodeHint: 'これは以前のメールのコードです。最新のメールのコードを使ってください。',
    notJson: '本文が正しい JSON ではありません。',
    notUtf8: '本文が正しい UTF-8 ではありません。',
    notThatLong: '本文の長さが Content-Length と一致しません。',
    oneHost: 'Host フィールドはちょうど一つ必要です。',
  },
  faults: {
    required: '必須です',
    unknown: '不明な項目です',
    invalid: '正しくありません',
    too_short: '{min} 文字以上にしてください',
    too_long: '{max} 文字以内にしてください',
    too_common: 'よく使われるため受け付けません。別のものを選んでください',
    'email.invalid': 'name@example.com のようなメールアドレスにしてください',
    'password.too_long': 'UTF-8 で {max} バイト以内にしてください',
    'activation_code.invalid': '4 桁から 8 桁の数字の文字列にしてください',
    'body.invalid': 'JSON オブジェクトにしてください',
    'body.too_long': '項目は {max} 個以内にしてください',
  },
};
