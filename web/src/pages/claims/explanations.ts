/** How the claims of an Entra ID token are shown. Source: "ID token claims reference", Microsoft Learn. */
import { words } from './explanation-words.ts'

export type Group = 'you' | 'organisation' | 'token' | 'security' | 'other'

/** `key`: identifies the user. `access`: decides what the user may do. `display`: to show only. `ignore`: for Microsoft. */
export type Use = 'key' | 'access' | 'display' | 'ignore'

/** How a value is drawn. A time is in seconds since 1970; a list becomes chips; an id has the font of code. */
export type Kind = 'text' | 'id' | 'time' | 'list' | 'code'

/** How a claim is explained: its name, its place on the page, its meaning, and what it may be used for. */
export type Explanation = { label: string; group: Group; kind: Kind; meaning: string; use?: Use }

type Place = readonly [group: Group, kind: Kind, use?: Use]

/** Each claim’s place, in the order of the page. */
const places: Record<keyof typeof words, Place> = {
  name: ['you', 'text', 'display'],
  preferred_username: ['you', 'text', 'display'],
  email: ['you', 'text', 'display'],
  given_name: ['you', 'text', 'display'],
  family_name: ['you', 'text', 'display'],
  upn: ['you', 'text', 'display'],
  oid: ['you', 'id', 'key'],
  sub: ['you', 'id', 'key'],
  roles: ['you', 'list', 'access'],
  groups: ['you', 'list', 'access'],
  wids: ['you', 'list', 'access'],
  hasgroups: ['you', 'code', 'access'],
  _claim_names: ['you', 'code', 'access'],
  _claim_sources: ['you', 'code', 'ignore'],
  acct: ['you', 'code', 'access'],
  ctry: ['you', 'text', 'display'],
  xms_pl: ['you', 'text', 'display'],
  login_hint: ['you', 'id', 'ignore'],
  ipaddr: ['you', 'id', 'display'],
  verified_primary_email: ['you', 'list', 'display'],
  verified_secondary_email: ['you', 'list', 'display'],
  tid: ['organisation', 'id', 'key'],
  iss: ['organisation', 'id'],
  idp: ['organisation', 'id'],
  tenant_ctry: ['organisation', 'text', 'display'],
  tenant_region_scope: ['organisation', 'text', 'display'],
  tenant_region_sub_scope: ['organisation', 'text', 'display'],
  xms_tpl: ['organisation', 'text', 'display'],
  aud: ['token', 'id'],
  azp: ['token', 'id'],
  iat: ['token', 'time'],
  nbf: ['token', 'time'],
  exp: ['token', 'time'],
  auth_time: ['token', 'time'],
  ver: ['token', 'text'],
  amr: ['token', 'list'],
  acr: ['token', 'text'],
  acrs: ['token', 'list', 'access'],
  nonce: ['security', 'id'],
  sid: ['security', 'id'],
  uti: ['security', 'id'],
  rh: ['security', 'id', 'ignore'],
  aio: ['security', 'id', 'ignore'],
  at_hash: ['security', 'id'],
  c_hash: ['security', 'id'],
  xms_cc: ['security', 'list', 'ignore'],
}

/** Every claim that the page explains, in the order in which it shows them. */
export const explanations: Record<string, Explanation> = Object.fromEntries(
  (Object.keys(places) as (keyof typeof words)[]).map((name) => {
    const [group, kind, use] = places[name]
    return [name, { ...words[name], group, kind, ...(use && { use }) }]
  }),
)
