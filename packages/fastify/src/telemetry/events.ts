/**
 * Every event of the log: its level, its fields and what it means. docs/logging.md is made from this
 * (`npm run logging -w @gatehouse/fastify`), and a test compares the sources with it.
 */

type Level = 'info' | 'warn' | 'error'

export interface LogEvent {
  /** More than one if the level depends on what happened. */
  levels: readonly Level[]
  /** Names of `fieldMeanings`. */
  fields: readonly Field[]
  meaning: string
}

/** What each field holds. `err` and the fields of every line are described apart from these. */
export const fieldMeanings = {
  advice: 'what the operator can do: a sentence, or a list of them',
  aadsts: 'number of the AADSTS error',
  aheadS: 'seconds that this server’s clock is ahead of Microsoft’s; negative if it is behind',
  api: 'name of the API in `downstreamApis`',
  apiCodes: 'error codes in the API’s answer, from the outside in',
  apiRequestId: 'the API’s own id of the call, such as Graph’s `request-id`',
  apiStatus: 'HTTP status of the API’s answer',
  approved: 'true or false',
  basePath: 'the path of `publicUrl`',
  groups: 'the groups of which the user has to be in one',
  by: '`address`, `session`, or `device` for refreshes of a session that is bound to one',
  check: 'the check that failed, in one word',
  clientGone: 'true if the client left before the answer was sent',
  code: 'code of the problem, or of the sign-in problem',
  correlationId: 'Entra’s correlation id, a GUID',
  count: 'number of sessions, or of session keys',
  credentialDaysLeft: 'whole days until the last credential ends; absent if no end is known',
  credentials: 'kinds of the credentials, in order',
  daysLeft: 'whole days until the credential ends',
  durationMs: 'milliseconds from the headers of the request to the end of the answer',
  ended: 'true or false: whether the session was ended',
  err: 'the error, see below',
  exporter: '`traces` or `metrics`',
  hasNoRoles: 'true if the user has no role of this app at all',
  header: 'name of the header',
  host: 'host of the configured address, or that the server listens on',
  key: 'key of `aad.config.json` to look at',
  kind: 'kind of the credential',
  method: 'HTTP method',
  mode: '`production` or `development`',
  node: 'version of Node',
  oauthError: '`error` of Entra’s answer',
  opened: 'how many of the values are ours',
  pid: 'id of the process',
  port: 'port that the server listens on',
  publicUrl: 'the address that people open',
  reason: 'why, in one word or a short sentence',
  roles: 'the roles that the route requires',
  route: 'pattern of the route, such as `/api/users/:id/photo`; absent if there is none',
  rule: 'the rule of the link’s parameters that was broken',
  scopes: 'the permissions that were asked for',
  setting: 'key or environment variable',
  status: 'HTTP status of the answer',
  store: 'the scheme of `STORE_URL`, such as `sqlite`, `rediss` or `redis+cluster`',
  traceId: 'Entra’s trace id, a GUID',
  trustedProxies: 'addresses and ranges of `TRUSTED_PROXIES`',
  userHash: 'the user as a keyed hash: the same for the same user until the session keys change',
  values: 'how many cookies of this name came',
  version: 'version of the app',
} as const

type Field = keyof typeof fieldMeanings

function event(levels: Level | readonly Level[], fields: readonly Field[], meaning: string) {
  return { levels: [levels].flat(), fields, meaning } satisfies LogEvent
}

const failure = ['code', 'check', 'aadsts', 'correlationId', 'traceId'] as const
const problem = ['code', 'api', 'apiStatus', 'apiCodes', 'apiRequestId'] as const
const microsoft = ['traceId', 'correlationId'] as const

const process = {
  started: event(
    'info',
    [
      'version',
      'node',
      'mode',
      'publicUrl',
      'store',
      'trustedProxies',
      'credentials',
      'credentialDaysLeft',
      'pid',
      'host',
      'port',
    ],
    'The server listens. What is in force.',
  ),
  configuration: event('warn', ['key'], 'At start: a setting works, and is probably not meant.'),
  session_keys: event(
    ['info', 'error'],
    ['count', 'key', 'err'],
    'The file with the session keys changed, or cannot be used: then the keys of before stay in force.',
  ),
}

const requests = {
  request: event(
    'info',
    ['method', 'route', 'status', 'durationMs', 'userHash', 'clientGone'],
    'A request was answered. Written if `requestLog` asks for it.',
  ),
  request_failed: event(
    'error',
    [...problem, ...microsoft, 'err'],
    'A request failed with a status from 500: this server, Entra, the store or an API.',
  ),
  request_refused: event('info', [...problem, ...microsoft], 'A request was answered with 4xx.'),
  change_repeated: event(
    'info',
    [],
    'A change came again with its `Idempotency-Key`, and got its first answer.',
  ),
  rate_limited: event(
    'warn',
    ['by'],
    'Too many requests from one address or session: 429, and 503 to a device.',
  ),
  cross_site_refused: event(
    'warn',
    [],
    'A page of another site sent a request, or an own one of a kind that the route does not take: 403.',
  ),
  proxy_not_trusted: event(
    'warn',
    ['header'],
    'A proxy’s header came, and `TRUSTED_PROXIES` is empty. Logged once.',
  ),
  base_path_missing: event(
    'warn',
    ['basePath'],
    'A request came for an address outside of the path of `publicUrl`: a proxy may take the path off. Logged once.',
  ),
  host_rewritten: event(
    'warn',
    [],
    'A proxy replaces the Host header, which costs a redirect for each page. Logged once.',
  ),
  role_missing: event('warn', ['roles', 'hasNoRoles'], 'A user lacks the role of a route: 403.'),
  group_missing: event('warn', ['groups'], 'A user is in none of the groups of a route: 403.'),
  role_not_listed: event(
    'warn',
    ['key', 'roles'],
    'At start: a route requires a role that `appRoles` does not list.',
  ),
  graph_host: event(
    'warn',
    ['key', 'host'],
    'At start: the users’ tokens for Graph go to a host that is not Microsoft’s.',
  ),
  api_misconfigured: event(
    'error',
    ['api', 'key'],
    'Entra gives no token for an API: its scopes do not fit the tenant.',
  ),
  app_call: event(
    'info',
    ['api', 'method', 'apiStatus', 'code'],
    'The application itself called an API, for a job without a user. With `code` if it failed.',
  ),
  app_permission_missing: event(
    'error',
    ['api', 'apiStatus', 'apiCodes', 'apiRequestId', 'advice'],
    'An API does not let the application do what a job asked for.',
  ),
  stream_cut: event(
    'warn',
    ['api', 'reason', 'err'],
    'A file or stream was cut off: `api_slow`, `api_failed`, `client_slow`, `session_ended`, `shutdown`.',
  ),
  event_stream_failed: event(
    'error',
    ['err'],
    'What a route sends as events failed. The browser opens the stream again.',
  ),
  organisation_unknown: event('info', ['err'], 'Graph gave no name of the organisation.'),
}

const signIn = {
  sign_in: event('info', ['userHash'], 'A user signed in: a session began.'),
  sign_in_not_started: event(
    'error',
    ['err'],
    'A sign-in could not start: Entra or the session store did not answer.',
  ),
  sign_in_link_refused: event('warn', ['rule'], 'A link to `/auth/sign-in` has wrong parameters.'),
  sign_in_restarted: event(
    'info',
    ['reason'],
    'A callback came twice or without its cookie, and the sign-in began once more.',
  ),
  sign_in_refused: event(
    'warn',
    [...failure, 'advice'],
    'A sign-in ended without a session; the user sees why.',
  ),
  sign_in_failed: event('error', ['check', 'err'], 'A sign-in failed because of the store.'),
  entra_failed: event('error', ['err'], 'The exchange of a sign-in with Entra failed.'),
  silent_sign_in_ended: event(
    ['info', 'warn'],
    [...failure, 'err'],
    'A silent sign-in ended without a session, which is usual.',
  ),
  silent_sign_in_failed: event('error', ['err'], 'A silent sign-in failed.'),
  step_up: event('info', ['aadsts', ...microsoft], 'Entra asks for another proof at sign-in.'),
  interaction_required: event(
    'info',
    ['reason', 'userHash'],
    'A user has to go to Microsoft before a request can succeed.',
  ),
  interaction_begun: event('info', ['reason'], 'The user goes to Microsoft for it.'),
  admin_consent: event('info', ['approved'], 'An administrator came back from approving the app.'),
}

const sessions = {
  sign_out: event('info', ['userHash'], 'A user signed out: the session ended.'),
  sign_out_not_stored: event('error', ['err'], 'A sign-out waits for the store.'),
  front_channel_logout: event(
    'info',
    ['count'],
    'Entra ended sessions: the user signed out there.',
  ),
  other_sessions_ended: event('info', ['count'], 'A user ended all other sessions.'),
  session_ended: event('info', [], 'A user ended another session.'),
  session_expired: event('info', [], 'A session ended by its time.'),
  session_not_delivered: event('info', [], 'The browser left during its sign-in: no session.'),
  sessions_superseded: event('info', ['count'], 'A user had too many sessions: the oldest ended.'),
  sessions_not_superseded: event('warn', ['err'], 'Superfluous sessions could not be ended.'),
  session_not_touched: event('warn', ['err'], 'Activity of a session could not be written.'),
  session_indexed: event('info', [], 'After a change of keys, a session can be found again.'),
  session_bound: event('info', ['userHash'], 'A session is bound to a key of its device.'),
  device_registration_refused: event(
    'warn',
    ['reason'],
    'A browser asked to bind a session, and may not: too late, twice, or by a proof that is not sound.',
  ),
  device_proof_refused: event(
    'warn',
    ['reason'],
    'A proof of a device’s key does not count. The browser is asked for another one.',
  ),
  device_proof_missing: event(
    'info',
    ['reason'],
    'A browser says that it could not prove its device: `quota_exceeded`, `server_error` or `unreachable`. The request was refused.',
  ),
  device_refresh_refused: event(
    'info',
    ['reason'],
    'A browser proves a device for a session that is over, or is not the one of its cookie.',
  ),
  session_theft_suspected: event(
    'warn',
    ['reason', 'ended', 'userHash'],
    'A session’s cookie is in other hands: `another_key` proves it, `two_browsers` makes it likely. Watch this one.',
  ),
  theft_not_stored: event('error', ['err'], 'The end of such a session waits for the store.'),
  session_record_refused: event('warn', [], 'A session record did not open, and was deleted.'),
  session_cookie_unusable: event(
    'warn',
    ['values', 'opened'],
    'A session cookie opens nothing, or several came. Logged once.',
  ),
  cookie_resealed: event('info', [], 'A cookie is sealed anew by the newest session key.'),
  refresh_refused: event(
    'error',
    ['aadsts', 'oauthError', ...microsoft, 'scopes', 'advice'],
    'Entra refused to renew a token, and neither the user nor another attempt can help.',
  ),
  app_token_refused: event(
    'error',
    ['api', 'aadsts', 'oauthError', ...microsoft, 'advice', 'err'],
    'Entra gives the application no token of its own for an API.',
  ),
  refresh_of_another_user: event('error', [], 'A refresh was answered for another user.'),
  token_not_renewed: event(
    'warn',
    ['code', 'err'],
    'A token was not replaced early; it still works.',
  ),
  lock_not_released: event(
    'warn',
    ['err'],
    'A lock stays until it expires, twelve seconds at most.',
  ),
}

const credentials = {
  credential: event(
    ['info', 'warn', 'error'],
    ['kind', 'setting', 'daysLeft'],
    'At start and once a day. A warning below 30 days, an error below 7.',
  ),
  credential_in_use: event(
    'warn',
    ['kind', 'setting'],
    'Another credential of the list is in use.',
  ),
  credential_refused: event(
    'error',
    ['kind', 'setting', 'reason', ...microsoft, 'advice'],
    'Entra refused the app’s credential.',
  ),
  credential_unavailable: event(
    'error',
    ['kind', 'setting', 'reason', 'err'],
    'A credential cannot be read or got.',
  ),
  credential_unreadable: event('error', ['err'], 'The end of a credential cannot be found out.'),
  clock: event(
    ['warn', 'error'],
    ['aheadS', 'check'],
    'This server’s clock and Microsoft’s differ by more than two minutes.',
  ),
}

const store = {
  store_not_writable: event(
    'error',
    ['reason', 'err'],
    'The store could not be written when it was checked, for a new reason. It is checked for `/readyz`, and once a minute.',
  ),
  store_writable: event('info', [], 'The store can be written again.'),
  store_credential: event(
    'error',
    ['err'],
    'What proves the app to Redis could not be renewed: connections end when the old token does.',
  ),
}

const telemetry = {
  telemetry_setting_ignored: event(
    'warn',
    ['setting', 'reason'],
    'At start: a variable of OpenTelemetry cannot be followed.',
  ),
  telemetry_not_exported: event(
    'warn',
    ['exporter', 'reason'],
    'The collector takes nothing. Logged once until it takes something again.',
  ),
  metrics_not_served: event(
    'error',
    ['setting', 'reason'],
    'At start: Prometheus cannot fetch, because the port is taken, for example.',
  ),
}

/** By part, in the order of the document. */
export const logEvents = {
  Process: process,
  Requests: requests,
  'Sign-in': signIn,
  'Sessions and tokens': sessions,
  'Credentials and clock': credentials,
  'Session store': store,
  Telemetry: telemetry,
} satisfies Record<string, Record<string, LogEvent>>
