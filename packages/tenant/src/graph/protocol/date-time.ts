/** Times as Graph takes them in JSON: `Edm.DateTimeOffset`, whose time zone has to be there (OData JSON Format 4.01, section 7.1). */

const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2})$/i

/** @returns ms since the epoch; NaN for anything else, such as `28 Nov 2026`, which JavaScript would take */
export function parseDateTime(text: string): number {
  return form.test(text) ? Date.parse(text) : NaN
}
