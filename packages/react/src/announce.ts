/** The id of the one polite live region, which the layout holds. */
export const liveRegionId = 'announcements'

/** Has a screen reader say `text` when it finds the time. */
export function announce(text: string): void {
  const region = document.getElementById(liveRegionId)
  if (region) region.textContent = text
}
