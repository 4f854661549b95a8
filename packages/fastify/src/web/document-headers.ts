/** The headers of a page: what it may load and do. */
import type { Config } from '../config/index.ts'

/**
 * The headers that say what a page may load and do.
 *
 * @param scriptHashes CSP sources of the inline scripts in the built index.html
 */
export function documentHeaders(scriptHashes: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'self'${scriptHashes.map((hash) => ` '${hash}'`).join('')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'permissions-policy': permissionsHeader({}),
  }
}

/** Adds the configured sources and features to the headers of a page. */
export function withConfigured(
  page: Readonly<Record<string, string>>,
  { contentSecurityPolicy: more, permissionsPolicy }: Config['headers'],
): Record<string, string> {
  const additional: Record<string, readonly string[]> = {
    'script-src': more.scripts,
    'connect-src': more.connections,
    'img-src': more.images,
    'frame-src': more.frames,
    'frame-ancestors': more.frameAncestors,
  }
  const directives = new Map(
    (page['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources] as const
    }),
  )
  for (const [name, sources] of Object.entries(additional)) {
    if (sources.length === 0) continue
    // 'none' counts only if it stands alone.
    const before = directives.get(name)?.filter((source) => source !== "'none'") ?? []
    directives.set(name, [...before, ...sources])
  }
  return {
    ...page,
    'content-security-policy': [...directives].map((parts) => parts.flat().join(' ')).join('; '),
    'permissions-policy': permissionsHeader(permissionsPolicy),
  }
}

/** Features that no page of this app uses. */
const denied = { camera: [], geolocation: [], microphone: [], payment: [], usb: [] }

/** As a structured field: `camera=(), geolocation=(self "https://maps.example.com")`. */
function permissionsHeader(allowed: Readonly<Record<string, readonly string[]>>): string {
  const features: Readonly<Record<string, readonly string[]>> = { ...denied, ...allowed }
  return Object.entries(features)
    .map(([name, who]) => {
      const list = who.map((one) => (one === 'self' ? one : `"${one}"`))
      return `${name}=(${list.join(' ')})`
    })
    .join(', ')
}
