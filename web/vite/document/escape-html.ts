/** @returns the text for HTML, in an element or in the quotes of an attribute */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
