import { type Static, Type } from 'typebox'

/** Placeholders of a fresh clone: all three intact means "no tenant of my own yet". */
export const placeholders = {
  tenant: '{enter-your-tenant-id-here}',
  clientId: '{enter-your-client-id-here}',
  clientSecret: '{enter-your-client-secret-here}',
} as const

const guid = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'

const Scopes = Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}$' }), {
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
})

const Path = Type.String({ minLength: 1, maxLength: 1000 })

/** A day, or a time in UTC. Whether it exists is checked in `rules.ts`. */
const EndDate = Type.String({
  pattern:
    '^20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,7})?)?Z)?$',
})

const only = { additionalProperties: false } as const

const Credential = Type.Union([
  Type.Object({ secretFile: Path, expires: Type.Optional(EndDate) }, only),
  Type.Object(
    { certificate: Type.Object({ certificateFile: Path, privateKeyFile: Path }, only) },
    only,
  ),
  Type.Object({ assertionFile: Path }, only),
  Type.Object(
    {
      managedIdentity: Type.Object(
        { clientId: Type.Optional(Type.String({ pattern: `^${guid}$` })) },
        only,
      ),
    },
    only,
  ),
])

/** `aad.config.json`: what a deployer edits. Formats that need words of their own are checked in `rules.ts`. */
export const ConfigFile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    tenant: Type.Union([
      Type.String({ pattern: `^${guid}$` }),
      Type.Literal('organizations'),
      Type.Literal(placeholders.tenant),
    ]),
    allowedTenants: Type.Optional(
      Type.Union([
        Type.Literal('*'),
        Type.Array(Type.String({ pattern: `^${guid}$` }), { minItems: 1, uniqueItems: true }),
      ]),
    ),
    clientId: Type.Union([
      Type.String({ pattern: `^${guid}$` }),
      Type.Literal(placeholders.clientId),
    ]),
    clientSecret: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    clientSecretExpires: Type.Optional(EndDate),
    credentials: Type.Optional(Type.Array(Credential, { minItems: 1, maxItems: 8 })),
    authority: Type.String({ minLength: 1, maxLength: 300 }),
    issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    publicUrl: Type.String({ minLength: 1, maxLength: 300 }),
    scopes: Scopes,
    downstreamApis: Type.Record(
      Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,30}$' }),
      Type.Object(
        { baseUrl: Type.String({ minLength: 1, maxLength: 300 }), scopes: Scopes },
        { additionalProperties: false },
      ),
      // Or a name that does not fit the pattern would pass, and its value unchecked.
      { additionalProperties: false },
    ),
    rateLimits: Type.Optional(
      Type.Object(
        {
          perAddress: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
          perSession: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
        },
        { additionalProperties: false },
      ),
    ),
    session: Type.Optional(
      Type.Object(
        {
          idleMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
          absoluteMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 43200 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

export type ConfigFile = Static<typeof ConfigFile>

/** What each key takes, in words, for the sentence that refuses a wrong value. */
export const expectation: Record<string, string> = {
  tenant: 'the directory (tenant) id, a GUID, or "organizations"',
  allowedTenants: 'a list of tenant ids, GUIDs, or "*" for every organisation',
  clientId: 'the application (client) id, a GUID',
  clientSecret: "the client secret's value, a non-empty string (or set AAD_CLIENT_SECRET instead)",
  clientSecretExpires: "the client secret's end date as the portal shows it, such as 2027-06-30",
  credentials:
    'a list of { "secretFile" (with "expires") }, { "certificate": { "certificateFile", "privateKeyFile" } }, { "assertionFile" } or { "managedIdentity": { "clientId" } }, tried in order',
  authority: 'the address of the sign-in service, such as https://login.microsoftonline.com',
  issuer: 'the issuer that the tokens of this authority name, where it is not the usual one',
  publicUrl: 'the address that people open, such as https://app.example.com, without a path',
  scopes: 'a list of permission names without spaces, such as ["User.ReadBasic.All"]',
  downstreamApis: 'an object with one entry per API: { "graph": { "baseUrl": …, "scopes": […] } }',
  'downstreamApis.*.baseUrl': 'the https address that every call to this API starts with',
  'downstreamApis.*.scopes': 'a list of permission names without spaces',
  rateLimits: 'an object with perAddress and perSession, requests per minute',
  'rateLimits.perAddress': 'a whole number of requests per minute',
  'rateLimits.perSession': 'a whole number of requests per minute',
  session: 'an object with idleMinutes and absoluteMinutes',
  'session.idleMinutes': 'a whole number of minutes from 1 to 1440',
  'session.absoluteMinutes': 'a whole number of minutes from 1 to 43200',
}

const port = (fallback?: number) =>
  Type.Integer({
    minimum: 0,
    maximum: 65535,
    ...(fallback === undefined ? {} : { default: fallback }),
  })

/** The environment variables that Gatehouse reads, all of them, after conversion to their types. */
export const Environment = Type.Object({
  NODE_ENV: Type.Optional(Type.String()),
  AAD_CONFIG: Type.Optional(Type.String({ minLength: 1 })),
  AAD_TENANT: Type.Optional(Type.String({ minLength: 1 })),
  AAD_CLIENT_ID: Type.Optional(Type.String({ minLength: 1 })),
  AAD_CLIENT_SECRET: Type.Optional(Type.String({ minLength: 1 })),
  AAD_AUTHORITY: Type.Optional(Type.String({ minLength: 1 })),
  GRAPH_BASE_URL: Type.Optional(Type.String({ minLength: 1 })),
  PUBLIC_URL: Type.Optional(Type.String({ minLength: 1 })),
  AAD_CLIENT_SECRET_FILE: Type.Optional(Type.String({ minLength: 1 })),
  MANAGED_IDENTITY_URL: Type.Optional(Type.String({ minLength: 1 })),
  SESSION_KEYS: Type.Optional(Type.String({ minLength: 1 })),
  SESSION_KEYS_FILE: Type.Optional(Type.String({ minLength: 1 })),
  STORE_URL: Type.Optional(
    Type.String({ pattern: '^(sqlite:(?!:memory:$|file:).+|rediss?://[^\\s]+)$' }),
  ),
  DATA_DIR: Type.Optional(Type.String({ minLength: 1 })),
  HOST: Type.Optional(Type.String({ minLength: 1 })),
  PORT: Type.Optional(port()),
  TENANT_PORT: Type.Optional(port()),
  TRUSTED_PROXIES: Type.Optional(Type.String({ minLength: 1 })),
  LOG_LEVEL: Type.Optional(
    Type.Union(
      (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).map((level) =>
        Type.Literal(level),
      ),
    ),
  ),
})

export type Environment = Static<typeof Environment>

/** What a variable takes, in words, for the sentence that refuses a wrong value. */
export const variableTakes: Record<string, string> = {
  PORT: 'a port number from 0 to 65535',
  TENANT_PORT: 'a port number from 0 to 65535',
  STORE_URL: 'sqlite:<path of a file>, redis://… or rediss://…; never memory alone',
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent',
}

/** Variables that meant something once, and what to do instead. */
export const removedVariables: Record<string, string> = {
  WORKERS:
    'is read no more: start several processes on ports of their own, or let the platform run several instances',
}

const whole = /^[0-9]{1,5}$/
const numeric = new Set(['PORT', 'TENANT_PORT'])

/**
 * Takes what is ours out of a process environment. Empty variables count as unset (Compose files
 * and CI systems set them that way); numbers are converted, what is no number stays a string for
 * the schema to refuse.
 */
export function pickEnvironment(env: NodeJS.ProcessEnv): Record<string, string | number> {
  const picked: Record<string, string | number> = {}
  for (const key of Object.keys(Environment.properties)) {
    const value = env[key]?.trim()
    if (value) picked[key] = numeric.has(key) && whole.test(value) ? Number(value) : value
  }
  return picked
}
