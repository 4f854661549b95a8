/** The id of the one polite live region. The app's layout renders it. */
export const liveRegionId = 'announcements'

/** Has a screen reader say `text` when it is idle. */
export function announce(text: string): void {
  const region = document.getElementById(liveRegionId)
  if (region) region.textContent = text
}
