/** "1,204": the pages are in English, so the figures are too. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en')
}
