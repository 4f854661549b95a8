/** @returns the text for HTML, in an element or in the quotes of an attribute */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A value as an expression of a script in HTML, where `<` could begin another element. */
export function scriptValue(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`)
}
