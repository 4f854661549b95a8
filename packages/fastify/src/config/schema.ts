/**
 * The keys of `aad.config.json`, each with its default, its description and the check of its value.
 * A description completes "<key> takes …", and a problem completes "<key> …". `rules.ts` has the rules
 * between keys.
 */
import { type Static, Type } from 'typebox'
import { isDisplayName } from '@gatehouse/contract/display-name'
import { baseUrlProblem, issuerProblem, originProblem, publicUrlProblem } from './addresses.ts'
import { personalAccountsTenant } from './clouds.ts'
import { checked } from './errors.ts'
import { Headers } from './headers/schema.ts'
import { scopesProblem } from './scopes.ts'

/** Placeholders of a fresh clone: all three intact means "no tenant of my own yet". */
export const placeholders = {
  tenant: '{enter-your-tenant-id-here}',
  clientId: '{enter-your-client-id-here}',
  clientSecret: '{enter-your-client-secret-here}',
} as const

/** Keys that are not in the schema are refused. */
const only = { additionalProperties: false } as const

const Guid = Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' })

const Path = Type.String({ minLength: 1, maxLength: 1000 })

function address(problemOf: (text: string) => string | undefined, description: string) {
  return checked(Type.String({ minLength: 1, maxLength: 300, description }), problemOf)
}

/** An id of a tenant or an application. */
function idProblem(id: string): string | undefined {
  if (/^[0-]+$/.test(id)) return 'is the all-zero GUID'
  if (id.toLowerCase() !== personalAccountsTenant) return undefined
  return 'names the tenant of personal Microsoft accounts, which cannot sign in here'
}

function tenantsProblem(tenants: '*' | string[]): string | undefined {
  return tenants === '*' ? undefined : tenants.map(idProblem).find(Boolean)
}

function secretProblem(secret: string): string | undefined {
  if (secret !== secret.trim()) return 'has a blank before or after it; copy it again'
  const isDummy = /^(changeme|secret|password|your[-_ ].*|<.*>|\{.*\})$/i.test(secret)
  if (!isDummy || secret === placeholders.clientSecret) return undefined
  return 'is a dummy value, not a client secret'
}

/** A day, or a time in UTC. */
const EndDate = Type.String({
  pattern:
    '^20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,7})?)?Z)?$',
  description: "the client secret's end date as the portal shows it, such as 2027-06-30",
})

/** The pattern checks the form only, which the thirtieth of February has. */
export function dateProblem(date: string): string | undefined {
  const time = Date.parse(date)
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date.slice(0, 10))
  return exists ? undefined : 'is not an existing date'
}

function scopes(description: string) {
  const Scope = Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}$' })
  const options = { minItems: 1, maxItems: 50, uniqueItems: true, description }
  return checked(Type.Array(Scope, options), scopesProblem)
}

function perMinute(fallback: number) {
  const description = 'a whole number of requests per minute'
  return Type.Integer({ minimum: 1, maximum: 100_000_000, default: fallback, description })
}

function minutes(maximum: number, fallback: number) {
  const description = `a whole number of minutes from 1 to ${maximum}`
  return Type.Integer({ minimum: 1, maximum, default: fallback, description })
}

/** In a union, the sentence of a check would be lost, so `rules.ts` checks that `expires` exists. */
const Credential = Type.Union([
  Type.Object({ secretFile: Path, expires: Type.Optional(EndDate) }, only),
  Type.Object(
    { certificate: Type.Object({ certificateFile: Path, privateKeyFile: Path }, only) },
    only,
  ),
  Type.Object({ assertionFile: Path }, only),
  Type.Object({ managedIdentity: Type.Object({ clientId: Type.Optional(Guid) }, only) }, only),
])

/** A longer one would not fit into a title on a phone. */
const ApiName = checked(
  Type.String({
    minLength: 1,
    maxLength: 60,
    description:
      'what people call this API in messages, 1 to 60 characters, such as "Order service"',
  }),
  (name) =>
    isDisplayName(name)
      ? undefined
      : 'holds characters that are not seen, or blanks around or in a row',
)

const DownstreamApi = Type.Object(
  {
    displayName: Type.Optional(ApiName),
    baseUrl: address(baseUrlProblem, 'the https address that every call to this API starts with'),
    scopes: scopes('a list of permission names without spaces'),
    timeoutSeconds: Type.Optional(
      // Longer than that, a browser or a proxy in front has given up.
      Type.Integer({
        minimum: 1,
        maximum: 120,
        default: 10,
        description:
          'a whole number of seconds from 1 to 120: how long one call may take, a wait in the queue and a second attempt included',
      }),
    ),
    fileOrigins: Type.Optional(
      checked(
        Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
          maxItems: 20,
          uniqueItems: true,
          default: [],
          description:
            'a list of the servers that files of this API are on, such as ["https://contoso-my.sharepoint.com"]: its links to them are followed, without a token',
        }),
        (origins) => origins.map(originProblem).find(Boolean),
      ),
    ),
  },
  only,
)

export const ConfigFile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    tenant: checked(
      Type.Union([Guid, Type.Literal('organizations'), Type.Literal(placeholders.tenant)], {
        description: 'the directory (tenant) id, a GUID, or "organizations"',
      }),
      idProblem,
    ),
    allowedTenants: Type.Optional(
      checked(
        Type.Union([Type.Literal('*'), Type.Array(Guid, { minItems: 1, uniqueItems: true })], {
          description: 'a list of tenant ids, GUIDs, or "*" for every organisation',
        }),
        tenantsProblem,
      ),
    ),
    clientId: checked(
      Type.Union([Guid, Type.Literal(placeholders.clientId)], {
        description: 'the application (client) id, a GUID',
      }),
      idProblem,
    ),
    clientSecret: Type.Optional(
      checked(
        Type.String({
          minLength: 1,
          maxLength: 1000,
          description:
            "the client secret's value, a non-empty string (or set AAD_CLIENT_SECRET instead)",
        }),
        secretProblem,
      ),
    ),
    clientSecretExpires: Type.Optional(checked(EndDate, dateProblem)),
    credentials: Type.Optional(
      Type.Array(Credential, {
        minItems: 1,
        maxItems: 8,
        description:
          'a list of { "secretFile" (with "expires") }, { "certificate": { "certificateFile", "privateKeyFile" } }, { "assertionFile" } or { "managedIdentity": { "clientId" } }, tried in order',
      }),
    ),
    authority: address(
      originProblem,
      'the address of the sign-in service, such as https://login.microsoftonline.com',
    ),
    issuer: Type.Optional(
      address(
        issuerProblem,
        'the issuer that the tokens of this authority name, if it is not the usual one',
      ),
    ),
    publicUrl: address(
      publicUrlProblem,
      'the address that people open, such as https://app.example.com, or https://portal.example.com/people for an app that shares its host',
    ),
    scopes: scopes('a list of permission names without spaces, such as ["User.ReadBasic.All"]'),
    appRoles: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,119}$' }), {
        maxItems: 100,
        uniqueItems: true,
        default: [],
        description:
          'a list of app roles that routes require and npm run register creates, such as ["Directory.Reader"]',
      }),
    ),
    downstreamApis: Type.Record(Type.String(), DownstreamApi, {
      propertyNames: { pattern: '^[a-z][A-Za-z0-9]{0,30}$' },
      description: 'an object with one entry per API: { "graph": { "baseUrl": …, "scopes": […] } }',
    }),
    rateLimits: Type.Object(
      {
        // A person signs in a few times a day, and thousands may share one address.
        perAddress: perMinute(600),
        // A page that polls every second stays far below.
        perSession: perMinute(1200),
      },
      {
        ...only,
        default: {},
        description: 'an object with perAddress and perSession, requests per minute',
      },
    ),
    requestLog: Type.Enum(['off', 'errors', 'all'], {
      // A line for each request costs more than the request itself, and access logs of a proxy have most of it.
      default: 'off',
      description:
        '"off", "errors" (requests that were answered with 4xx or 5xx, or not at all) or "all": which requests have a line in the log',
    }),
    openApi: Type.Optional(
      Type.Boolean({
        description:
          'true or false: whether /api/openapi.json and the page /api/reference describe the API; by default in development only',
      }),
    ),
    headers: Headers,
    signIn: Type.Object(
      {
        automatic: Type.Boolean({
          default: false,
          description:
            'true or false: whether the first page of a browser session signs the visitor in silently, if Microsoft knows them',
        }),
      },
      {
        ...only,
        default: {},
        description: 'an object with automatic',
      },
    ),
    session: Type.Object(
      {
        // An hour without a request, and twelve hours in all (OWASP ASVS 7.3).
        idleMinutes: minutes(1440, 60),
        absoluteMinutes: minutes(43_200, 720),
        // Off: whoever opens the browser later would be signed in, also on a computer that people share.
        persistent: Type.Boolean({
          default: false,
          description:
            'true or false: whether the session cookie stays when the browser is closed, until absoluteMinutes are over',
        }),
        deviceBound: Type.Union(
          [Type.Literal('when-supported'), Type.Literal('required'), Type.Literal('off')],
          {
            default: 'when-supported',
            description:
              'one of "when-supported", "required", "off": whether a browser that can do so binds a session to a key of its device (https only), and whether others may have one',
          },
        ),
        // Browsers prove the key about six times in nine minutes, and two minutes before the end of the last proof.
        deviceProofSeconds: Type.Integer({
          minimum: 10,
          maximum: 3600,
          default: 300,
          description:
            'a whole number of seconds from 10 to 3600: how long the proof of a bound session lasts; below 300, browsers refuse to prove it so often',
        }),
        suspectedTheft: Type.Union([Type.Literal('log'), Type.Literal('end')], {
          default: 'log',
          description:
            'one of "log", "end": what happens to a session that is not bound and is used from two browsers at once',
        }),
      },
      {
        ...only,
        default: {},
        description:
          'an object with idleMinutes, absoluteMinutes, persistent, deviceBound, deviceProofSeconds and suspectedTheft',
      },
    ),
  },
  only,
)

export type ConfigFile = Static<typeof ConfigFile>

/** The placeholders that were not replaced. */
export function intactPlaceholders(
  file: Partial<Pick<ConfigFile, keyof typeof placeholders>>,
): (keyof typeof placeholders)[] {
  const keys = ['tenant', 'clientId', 'clientSecret'] as const
  return keys.filter((key) => file[key] === placeholders[key])
}
