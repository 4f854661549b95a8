/** The id of the one polite live region. The app's layout renders it. */
export const liveRegionId = 'announcements'

/** How long an announcement stays in the page, in ms: who reads to its end meets no old news there. */
const keptMs = 10_000

let removal: ReturnType<typeof setTimeout> | undefined

/** Has a screen reader say `text` when it is idle. */
export function announce(text: string): void {
  const region = document.getElementById(liveRegionId)
  if (!region) return
  region.textContent = text
  clearTimeout(removal)
  removal = setTimeout(() => (region.textContent = ''), keptMs)
}
