/** `test@example.com` → `t***@example.com`: enough to find a case, too little to write to the person. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) return '***';
  return `${String.fromCodePoint(email.codePointAt(0) ?? 0x2a)}***${email.slice(at)}`;
}

// Linear: no part can match what divides them, and a match begins where a word does and nowhere within it.
const ADDRESS = /(?<![^\s@/"'<>()[\],;:=])[^\s@/"'<>()[\],;:=]+@[^\s@/"'<>()[\],;:=]+/g;

/** Masks whatever looks like an email address in a text that others wrote, such as a mail server's refusal. */
export function maskEmailsIn(text: string): string {
  return text.slice(0, 2_000).replace(ADDRESS, maskEmail);
}
