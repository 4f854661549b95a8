/**
 * The key `headers` of `aad.config.json`: what pages may load and use besides their own files, and for how long
 * browsers insist on https. It can only name more sources. It cannot turn off what keeps foreign scripts out.
 */
import { type Static, Type } from 'typebox'
import { checked, type ConfigProblem } from '../errors.ts'

const only = { additionalProperties: false } as const

const aYear = 31_536_000

/** What a list of sources may name besides addresses with https. */
interface Allowed {
  /** `wss:` beside `https:`. */
  sockets?: true
  /** Such as `https://*.example.com`. */
  subdomains?: true
  /** Scheme sources and keywords, as they are written in the header. */
  words?: RegExp
}

function sources(allowed: Allowed, description: string) {
  const Source = checked(Type.String({ minLength: 1, maxLength: 300 }), (source) =>
    sourceProblem(source, allowed),
  )
  return Type.Array(Source, { maxItems: 50, uniqueItems: true, default: [], description })
}

/** Scheme, host, port and path (CSP 3 §2.3.1), without what would end the directive or the header. */
const hostSource =
  /^(https|wss):\/\/(\*\.)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(:\d{1,5})?(\/[\w.~%/-]*)?$/

/** Completes "<key> …". */
function sourceProblem(
  source: string,
  { sockets, subdomains, words }: Allowed,
): string | undefined {
  if (words?.test(source)) return undefined
  const [match, scheme, wildcard, host = ''] = hostSource.exec(source) ?? []
  const example = 'such as https://cdn.example.com'
  if (match === undefined) {
    return `must be an address with https and a host, ${example}; 'unsafe-…', * and schemes alone would admit too much`
  }
  if (scheme === 'wss' && !sockets) return `must begin with https://, ${example}`
  if (wildcard && !subdomains) return `must name each host: a script from any subdomain could run`
  // `*.com` is everyone's.
  if (wildcard && !host.includes('.'))
    return 'must name a domain behind *., and not a top-level one'
  return undefined
}

const scriptHash = /^'sha(?:256|384|512)-[A-Za-z0-9+/]{40,90}={0,2}'$/
const inlineImages = /^blob:$/

const ContentSecurityPolicy = Type.Object(
  {
    scripts: sources(
      { words: scriptHash },
      'a list of further sources of scripts, such as ["https://cdn.example.com"], or hashes such as \'sha256-…\'',
    ),
    connections: sources(
      { sockets: true, subdomains: true },
      'a list of further addresses that pages may ask, such as ["https://telemetry.example.com"]',
    ),
    images: sources(
      { subdomains: true, words: inlineImages },
      'a list of further sources of images, such as ["https://images.example.com"], or "blob:"',
    ),
    frames: sources(
      { subdomains: true },
      'a list of addresses that pages may show in frames, such as ["https://maps.example.com"]',
    ),
    frameAncestors: sources(
      { words: /^'self'$/ },
      'a list of sites that may show pages in a frame, such as ["https://portal.example.com"], or \'self\'',
    ),
  },
  {
    ...only,
    default: {},
    description:
      'an object with scripts, connections, images, frames and frameAncestors, lists of sources',
  },
)

/** Two years (hstspreload.org asks for one at least). Other hosts under this name are not bound unless asked for. */
const Hsts = Type.Object(
  {
    enabled: Type.Boolean({
      default: true,
      description:
        'true or false: whether browsers are told to use https for this host from now on',
    }),
    maxAge: Type.Integer({
      minimum: 0,
      maximum: 10 * aYear,
      default: 2 * aYear,
      description: 'a whole number of seconds; 0 makes browsers forget it',
    }),
    includeSubDomains: Type.Boolean({
      default: false,
      description: 'true or false: whether that holds for every host under this name too',
    }),
    preload: Type.Boolean({
      default: false,
      description: 'true or false: whether browsers may be shipped with it (hstspreload.org)',
    }),
  },
  {
    ...only,
    default: {},
    description: 'an object with enabled, maxAge, includeSubDomains and preload',
  },
)

const PermissionsPolicy = checked(
  Type.Record(Type.String(), Type.Array(Type.String(), { maxItems: 20, uniqueItems: true }), {
    default: {},
    description:
      'an object with features of browsers and who may use them: { "geolocation": ["self"], "usb": [] }',
  }),
  permissionsProblem,
)

function permissionsProblem(features: Record<string, string[]>): string | undefined {
  if (!Object.keys(features).every((name) => /^[a-z][a-z0-9-]{1,60}$/.test(name))) {
    return 'has a feature that is not written in small letters, such as geolocation'
  }
  if (Object.values(features).flat().every(isAllowed)) return undefined
  return 'takes "self" and origins such as https://maps.example.com for each feature, and not *'
}

/** `self`, or an origin with https. Hosts of URLs may have quotes and semicolons, which would end the value. */
function isAllowed(text: string): boolean {
  const isPlain = /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(text)
  return text === 'self' || (isPlain && URL.parse(text)?.origin === text)
}

export const Headers = Type.Object(
  {
    hsts: Hsts,
    contentSecurityPolicy: ContentSecurityPolicy,
    permissionsPolicy: PermissionsPolicy,
  },
  {
    ...only,
    default: {},
    description: 'an object with hsts, contentSecurityPolicy and permissionsPolicy',
  },
)

export type Headers = Static<typeof Headers>

/** Settings that contradict each other. */
export function headerProblems({ headers: { hsts } }: { headers: Headers }): ConfigProblem[] {
  const { enabled, maxAge, includeSubDomains, preload } = hsts
  const needsEnabled = (['includeSubDomains', 'preload'] as const).filter((key) => hsts[key])
  if (!enabled) {
    const message = 'goes with headers.hsts.enabled true only'
    return needsEnabled.map((key) => ({ key: `headers.hsts.${key}`, message }))
  }
  if (!preload || (includeSubDomains && maxAge >= aYear)) return []
  const message = `needs includeSubDomains and a maxAge of at least ${aYear}, a year`
  return [{ key: 'headers.hsts.preload', message }]
}
