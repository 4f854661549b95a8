/** What the claims of an Entra ID token mean, in our own words. Source: "ID token claims reference", Microsoft Learn. */

/** Claims about the person. */
const aboutYou: Record<string, Explanation> = {
  name: {
    label: 'Name',
    group: 'you',
    kind: 'text',
    meaning: 'What to call you. It can change, and two people can share it.',
    use: 'display',
  },
  preferred_username: {
    label: 'User name',
    group: 'you',
    kind: 'text',
    meaning: 'What you type to sign in. It changes with a marriage or a move: never a key.',
    use: 'display',
  },
  email: {
    label: 'E-mail address',
    group: 'you',
    kind: 'text',
    meaning: 'An address from the directory. Nobody promises that it is really yours.',
    use: 'display',
  },
  given_name: {
    label: 'First name',
    group: 'you',
    kind: 'text',
    meaning: 'Your first name, as the directory spells it.',
    use: 'display',
  },
  family_name: {
    label: 'Last name',
    group: 'you',
    kind: 'text',
    meaning: 'Your last name, as the directory spells it.',
    use: 'display',
  },
  upn: {
    label: 'User principal name',
    group: 'you',
    kind: 'text',
    meaning:
      'Your name in the directory. An administrator can rename it and give it to somebody else.',
    use: 'display',
  },
  oid: {
    label: 'Object id',
    group: 'you',
    kind: 'id',
    meaning:
      'You in this directory, the same for every app and for ever. Together with tid it is the key to use.',
    use: 'key',
  },
  sub: {
    label: 'Subject',
    group: 'you',
    kind: 'id',
    meaning: 'You for this app alone: another app is told another value.',
    use: 'key',
  },
  roles: {
    label: 'App roles',
    group: 'you',
    kind: 'list',
    meaning: 'Roles of this app that were assigned to you.',
    use: 'access',
  },
  groups: {
    label: 'Groups',
    group: 'you',
    kind: 'list',
    meaning: 'Object ids of groups that you belong to.',
    use: 'access',
  },
  wids: {
    label: 'Directory roles',
    group: 'you',
    kind: 'list',
    meaning: 'Administrator roles that you hold in the whole tenant, by the id of their template.',
    use: 'access',
  },
  hasgroups: {
    label: 'Too many groups to list',
    group: 'you',
    kind: 'code',
    meaning: 'You belong to more groups than fit into a token. Graph has the whole list.',
    use: 'access',
  },
  _claim_names: {
    label: 'Too many groups to list',
    group: 'you',
    kind: 'code',
    meaning: 'Names the claims that were left out for their size, such as your groups.',
    use: 'access',
  },
  _claim_sources: {
    label: 'Where the rest is',
    group: 'you',
    kind: 'code',
    meaning: 'The addresses at which the claims that were left out can be asked for.',
    use: 'ignore',
  },
  acct: {
    label: 'Member or guest',
    group: 'you',
    kind: 'code',
    meaning: '0 for a member of the organisation, 1 for a guest.',
    use: 'access',
  },
  ctry: {
    label: 'Country',
    group: 'you',
    kind: 'text',
    meaning: 'The country in your directory entry, as two letters.',
    use: 'display',
  },
  xms_pl: {
    label: 'Preferred language',
    group: 'you',
    kind: 'text',
    meaning: 'The language that you chose for your account.',
    use: 'display',
  },
  login_hint: {
    label: 'Sign-in hint',
    group: 'you',
    kind: 'id',
    meaning:
      'Sent back at sign-out or at the next sign-in, it spares you the choice of an account.',
    use: 'ignore',
  },
  ipaddr: {
    label: 'IP address',
    group: 'you',
    kind: 'text',
    meaning: 'Where you signed in from, as Microsoft saw it then.',
    use: 'display',
  },
  verified_primary_email: {
    label: 'Verified main address',
    group: 'you',
    kind: 'list',
    meaning: 'Addresses of yours on domains that the organisation has proved to own.',
    use: 'display',
  },
  verified_secondary_email: {
    label: 'Verified other addresses',
    group: 'you',
    kind: 'list',
    meaning: 'Further addresses of yours on domains that the organisation has proved to own.',
    use: 'display',
  },
}

/** Claims about the organisation, the token and its protection. */
const aboutTheToken: Record<string, Explanation> = {
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

export const explanations: Record<string, Explanation> = { ...aboutYou, ...aboutTheToken }

/** How a claim is explained: what it is called, where it stands, what it is good for. */

export type Group = 'you' | 'organisation' | 'token' | 'security' | 'other'

/** `key`: identifies the user. `access`: for deciding what they may do. `display`: for people's eyes. `ignore`: not for us. */
export type Use = 'key' | 'access' | 'display' | 'ignore'

/** How a value is drawn: a time is in seconds since 1970, a list is shown as chips. */
export type Kind = 'text' | 'id' | 'time' | 'list' | 'code'

export type Explanation = { label: string; group: Group; kind: Kind; meaning: string; use?: Use }
