import { translated } from '../../languages/translated.ts'

/** What the claims of an Entra ID token mean, in words. Source: "ID token claims reference", Microsoft Learn. */
export const words = translated('claimMeanings', {
  name: {
    label: 'Name',
    meaning: 'What to call you. It can change, and two people can share it.',
  },
  preferred_username: {
    label: 'User name',
    meaning:
      'What you type to sign in. It can change, for example when someone marries. Never use it as a key.',
  },
  email: { label: 'Email address', meaning: 'An address from the directory. Not verified.' },
  given_name: { label: 'First name', meaning: 'Your first name, as the directory spells it.' },
  family_name: { label: 'Last name', meaning: 'Your last name, as the directory spells it.' },
  upn: {
    label: 'User principal name',
    meaning:
      'Your name in the directory. An administrator can change it and give it to someone else.',
  },
  oid: {
    label: 'Object ID',
    meaning: 'Identifies you in this directory, in every app. Use it with tid as your key.',
  },
  sub: {
    label: 'Subject',
    meaning: 'Identifies you in this app only. Other apps get a different value.',
  },
  roles: { label: 'App roles', meaning: 'The roles of this app that are assigned to you.' },
  groups: { label: 'Groups', meaning: 'The object IDs of groups you belong to.' },
  wids: {
    label: 'Directory roles',
    meaning: 'Administrator roles you hold in the whole tenant, by template ID.',
  },
  hasgroups: {
    label: 'Too many groups to list',
    meaning:
      'You belong to more groups than fit into a token. Microsoft Graph has the complete list.',
  },
  _claim_names: {
    label: 'Too many groups to list',
    meaning: 'Names the claims that were left out because of their size, such as your groups.',
  },
  _claim_sources: {
    label: 'Where the rest is',
    meaning: 'The addresses where the claims that were left out can be requested.',
  },
  acct: { label: 'Member or guest', meaning: '0 for a member of the organisation, 1 for a guest.' },
  ctry: { label: 'Country', meaning: 'The country in your directory entry, as two letters.' },
  xms_pl: { label: 'Preferred language', meaning: 'The language you chose for your account.' },
  login_hint: {
    label: 'Sign-in hint',
    meaning: 'Lets Microsoft skip the account picker when you sign in or out.',
  },
  ipaddr: {
    label: 'IP address',
    meaning: 'The address you signed in from, as Microsoft saw it then.',
  },
  verified_primary_email: {
    label: 'Verified primary addresses',
    meaning: 'Your primary addresses in domains the organisation has verified.',
  },
  verified_secondary_email: {
    label: 'Verified other addresses',
    meaning: 'Your other addresses in domains the organisation has verified.',
  },
  tid: {
    label: 'Tenant ID',
    meaning:
      'The organisation whose directory signed you in. One half of the key; oid is the other.',
  },
  iss: {
    label: 'Issuer',
    meaning: 'Who issued this token. The server accepts only the issuer it expects.',
  },
  idp: {
    label: 'Identity provider',
    meaning: 'Who authenticated you, if not the issuer: the home organisation of a guest.',
  },
  tenant_ctry: {
    label: 'Country of the tenant',
    meaning: 'The country the organisation gave when it signed up.',
  },
  tenant_region_scope: {
    label: 'Region of the tenant',
    meaning: 'The part of the world where the directory is stored.',
  },
  tenant_region_sub_scope: {
    label: 'Sub-region of the tenant',
    meaning: 'Where in its region the directory is stored. Some government clouds need it.',
  },
  xms_tpl: {
    label: 'Language of the tenant',
    meaning: 'The language the organisation prefers.',
  },
  aud: {
    label: 'Audience',
    meaning: 'The app this token is for, by client ID. The server rejects tokens for other apps.',
  },
  azp: { label: 'Authorized party', meaning: 'The app that requested the token.' },
  iat: {
    label: 'Issued',
    meaning:
      'When Microsoft issued the token. Entra sets this about five minutes back to allow for clock drift.',
  },
  nbf: {
    label: 'Not valid before',
    meaning: 'The token isn’t valid before this time, usually when it was issued.',
  },
  exp: {
    label: 'Expires',
    meaning: 'When the token expires. Your session here ends separately.',
  },
  auth_time: {
    label: 'Authenticated',
    meaning: 'When you last proved who you are, possibly for another app.',
  },
  ver: {
    label: 'Version',
    meaning: 'The format of the token: 2.0 comes from the v2.0 endpoint.',
  },
  amr: {
    label: 'Sign-in methods',
    meaning: 'How you proved who you are: pwd is a password, mfa a second factor.',
  },
  acr: {
    label: 'Strength of the sign-in',
    meaning: 'Whether the sign-in met the requested standard.',
  },
  acrs: {
    label: 'Authentication contexts',
    meaning: 'Conditional Access requirements this sign-in met. An app can require one of them.',
  },
  nonce: {
    label: 'Nonce',
    meaning: 'A random value for this sign-in. It proves that the token answers our own request.',
  },
  sid: {
    label: 'Session ID',
    meaning: 'Your Microsoft session. Used to sign you out here when it ends.',
  },
  uti: { label: 'Token ID', meaning: 'Identifies the token in Microsoft’s logs.' },
  rh: { label: 'Refresh hint', meaning: 'Used by Microsoft when it renews tokens.' },
  aio: { label: 'Internal data', meaning: 'Used by Microsoft only. It is encrypted.' },
  at_hash: {
    label: 'Access token hash',
    meaning: 'Ties the access token to this one, so neither can be swapped.',
  },
  c_hash: {
    label: 'Code hash',
    meaning: 'Ties the authorization code to this token, so neither can be swapped.',
  },
  xms_cc: {
    label: 'Client capabilities',
    meaning: 'What the app supports. cp1 means that it handles claims challenges.',
  },
})
