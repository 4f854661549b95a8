import type { IncomingHttpHeaders } from 'node:http'

/** Longer ones are not read: a browser's own is about 120 characters long. */
const maxLength = 512

/** By what stands in Sec-CH-UA or in the user agent, the more special first: most of them say Chrome as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\/|"Microsoft Edge"/, 'Edge'],
  [/\bOPR\/|\bOPiOS\/|"Opera"/, 'Opera'],
  [/\bVivaldi\/|"Vivaldi"/, 'Vivaldi'],
  [/"Brave"/, 'Brave'],
  [/\bSamsungBrowser\/|"Samsung Internet"/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\/|\bCriOS\/|"Google Chrome"|"Chromium"/, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biP(?:hone|ad|od)\b|"iOS"/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b|"Chrome OS"/, 'ChromeOS'],
  [/\bMacintosh\b|"macOS"/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/**
 * A readable name for what a browser says it is, such as "Firefox on Windows". It is made of names of ours
 * alone: anybody can write a user agent, and the name stands in a list and in the store.
 *
 * https://wicg.github.io/ua-client-hints/
 */
export function deviceName(headers: IncomingHttpHeaders): string {
  const said = (names: string[]) =>
    names.map((name) => String(headers[name] ?? '').slice(0, maxLength)).join(' ')
  // The hints first: a browser's user agent may name another one.
  const browser = find(browsers, said(['sec-ch-ua'])) ?? find(browsers, said(['user-agent']))
  const system = find(systems, said(['sec-ch-ua-platform'])) ?? find(systems, said(['user-agent']))
  return [browser, system].filter(Boolean).join(' on ') || 'Unknown device'
}

function find(table: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
