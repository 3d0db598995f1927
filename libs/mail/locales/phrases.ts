/** The words of one language; a language that lacks a phrase does not compile. */
export interface Phrases {
  readonly activation_code: {
    readonly subject: (app: string) => string;
    readonly heading: string;
    readonly lead: (app: string) => string;
    readonly expiry: (seconds: number) => string;
    readonly footer: string;
  };
  readonly address_taken: {
    readonly subject: (app: string) => string;
    readonly heading: string;
    readonly lead: (app: string) => string;
    readonly footer: string;
  };
}
