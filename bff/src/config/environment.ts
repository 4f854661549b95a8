import { Type, type Static } from 'typebox'

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
