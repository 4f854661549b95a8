import type { Explanation } from './explanation.ts'

/** Claims about the organisation, the token and its protection. */
export const aboutTheToken: Record<string, Explanation> = {
  tid: {
    label: 'Tenant id',
    group: 'organisation',
    kind: 'id',
    meaning:
      'The organisation whose directory signed you in. One half of the key; oid is the other.',
    use: 'key',
  },
  iss: {
    label: 'Issuer',
    group: 'organisation',
    kind: 'text',
    meaning:
      'Who made this token. The server accepted it because this is the issuer that it expected.',
  },
  idp: {
    label: 'Identity provider',
    group: 'organisation',
    kind: 'text',
    meaning: 'Who checked your password, where that is not the issuer: the home of a guest.',
  },
  tenant_ctry: {
    label: 'Country of the tenant',
    group: 'organisation',
    kind: 'text',
    meaning: 'The country that the organisation gave when it signed up.',
    use: 'display',
  },
  tenant_region_scope: {
    label: 'Region of the tenant',
    group: 'organisation',
    kind: 'text',
    meaning: 'The part of the world in which the directory is kept.',
    use: 'display',
  },
  tenant_region_sub_scope: {
    label: 'Part of the region',
    group: 'organisation',
    kind: 'text',
    meaning: 'Where in its region the directory is kept; some government clouds need it.',
    use: 'display',
  },
  xms_tpl: {
    label: 'Language of the tenant',
    group: 'organisation',
    kind: 'text',
    meaning: 'The language that the organisation prefers.',
    use: 'display',
  },
  aud: {
    label: 'Audience',
    group: 'token',
    kind: 'id',
    meaning: 'The app that the token is for, by its client id. A token for another app is refused.',
  },
  azp: {
    label: 'Authorized party',
    group: 'token',
    kind: 'id',
    meaning: 'The app that asked for the token.',
  },
  iat: {
    label: 'Issued',
    group: 'token',
    kind: 'time',
    meaning: 'When Microsoft made the token.',
  },
  nbf: {
    label: 'Not valid before',
    group: 'token',
    kind: 'time',
    meaning: 'From when on the token counts, as a rule the moment of its making.',
  },
  exp: {
    label: 'Expires',
    group: 'token',
    kind: 'time',
    meaning: 'Until when the token may be presented. Your session here has an end of its own.',
  },
  auth_time: {
    label: 'Signed in',
    group: 'token',
    kind: 'time',
    meaning: 'When you last proved who you are, maybe for another app.',
  },
  ver: {
    label: 'Version',
    group: 'token',
    kind: 'text',
    meaning: 'The format of the token: 2.0 comes from the v2.0 endpoint.',
  },
  amr: {
    label: 'How you signed in',
    group: 'token',
    kind: 'list',
    meaning: 'The proofs that you gave: pwd is a password, mfa a second factor.',
  },
  acr: {
    label: 'Strength of the sign-in',
    group: 'token',
    kind: 'text',
    meaning: 'Whether the sign-in met the standard that was asked for.',
  },
  acrs: {
    label: 'Authentication contexts',
    group: 'token',
    kind: 'list',
    meaning:
      'Rules of conditional access that this sign-in fulfilled; an app can demand one of them.',
    use: 'access',
  },
  nonce: {
    label: 'Nonce',
    group: 'security',
    kind: 'id',
    meaning:
      'A random value of this one sign-in: it proves that the token answers our own request.',
  },
  sid: {
    label: 'Session id',
    group: 'security',
    kind: 'id',
    meaning: 'Your session at Microsoft. When that one ends, this app is told by this id.',
  },
  uti: {
    label: 'Token id',
    group: 'security',
    kind: 'id',
    meaning: 'The serial number of the token, by which Microsoft’s logs know it.',
  },
  rh: {
    label: 'Refresh hint',
    group: 'security',
    kind: 'id',
    meaning: 'For Microsoft’s own use when it renews tokens.',
    use: 'ignore',
  },
  aio: {
    label: 'Internal data',
    group: 'security',
    kind: 'id',
    meaning: 'For Microsoft’s own use. It is sealed and means nothing to anybody else.',
    use: 'ignore',
  },
  at_hash: {
    label: 'Access token hash',
    group: 'security',
    kind: 'id',
    meaning: 'Ties the access token to this one, so that neither can be exchanged.',
  },
  c_hash: {
    label: 'Code hash',
    group: 'security',
    kind: 'id',
    meaning: 'Ties the authorization code to this token, so that neither can be exchanged.',
  },
  xms_cc: {
    label: 'Client capabilities',
    group: 'security',
    kind: 'list',
    meaning: 'What the app can cope with; cp1 means that it understands requests for more claims.',
    use: 'ignore',
  },
}
