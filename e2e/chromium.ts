import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const applications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The path of an installed Chromium or Chrome: from CHROMIUM_PATH, the PATH, or /Applications. */
export function findChromium(): string | undefined {
  return find([...names.flatMap(onPath), ...applications])
}

/**
 * Chromium without a window: it needs a third less time than Chromium with `--headless`, and has everything but the
 * back/forward cache. Without it, an installed Chromium.
 */
export function findHeadlessChromium(): string | undefined {
  return find(onPath('chromium-headless-shell')) ?? findChromium()
}

function find(paths: string[]): string | undefined {
  const named = process.env['CHROMIUM_PATH']
  return [...(named ? [named] : []), ...paths].find((path) => existsSync(path))
}

function onPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name))
}
