/** The words of one language; a language that lacks a phrase does not compile. */
export interface Phrases {
  readonly activation_code: {
    readonly subject: (app: string) => string;
    /** Opens the text and the preview in the list of mails: begins with the code. */
    readonly opening: (app: string, code: string) => string;
    readonly heading: string;
    readonly lead: (app: string) => string;
    readonly expiry: (lifetime: string) => string;
    readonly button: string;
    readonly footer: string;
  };
  readonly address_taken: {
    readonly subject: (app: string) => string;
    readonly heading: string;
    readonly lead: (app: string) => string;
    readonly footer: string;
  };
  readonly support: (address: string) => string;
}
