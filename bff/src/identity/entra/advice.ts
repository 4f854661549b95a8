/** What the operator can do about an AADSTS error: which setting, and which page of the Entra admin center. */
export interface Advice {
  /** The sentence to act on. */
  fix: string
  /** The key of aad.config.json, or the variable, that it is about. */
  setting?: string
  /** The way to the page in the admin center (entra.microsoft.com). */
  portal?: string
}

const registration = 'Applications > App registrations > (the app)'
const enterprise = 'Applications > Enterprise applications > (the app)'
const secrets = `${registration} > Certificates & secrets`
const permissions = `${registration} > API permissions`
const authentication = `${registration} > Authentication`
const signInLogs = 'Monitoring & health > Sign-in logs'
const userSettings = 'External Identities > External collaboration settings'

const credential = 'clientSecret or credentials'
const again = 'Nothing to set: the user signs in again.'
const proof = 'Nothing to set: the user goes to Microsoft for another proof (Conditional Access).'
const later = 'Nothing to set: Microsoft is busy or down, and the user tries again later.'
const consent = 'An administrator of the tenant has to consent to the permissions of the app.'
const conditionalAccess = 'A Conditional Access policy stopped this user; find which one.'
const otherTenant = 'The user belongs to another tenant; invite them, or let their tenant in.'
const tenantRestriction = 'Tenant restrictions of the user’s own network or tenant stopped them.'
const trust = 'The federated credential of the registration does not describe this token.'

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const byNumber = new Map<number, Advice>([
  ...each([70008, 54005, 501481, 700005, 50089, 50132, 50133, 50173], { fix: again }),
  ...each([70043, 700082, 700020, 50058], { fix: again }),
  ...each([65004], { fix: 'Nothing to set: the user did not agree to the permissions.' }),
  ...each([50076, 50079, 50072, 50074, 50078, 50158, 50097], {
    fix: proof,
    portal: 'Protection > Conditional Access',
  }),
  ...each([65001, 90094, 90095], { fix: consent, setting: 'scopes', portal: permissions }),
  ...each([50105], {
    fix: 'Assign the user or a group of theirs to the app, or switch "Assignment required" off.',
    portal: `${enterprise} > Users and groups`,
  }),
  ...each([53000, 53001, 53003, 530032], { fix: conditionalAccess, portal: signInLogs }),
  ...each([50057], { fix: 'The user’s account is disabled.', portal: 'Users > All users' }),
  ...each([50020, 50034, 16000, 90072], {
    fix: otherTenant,
    setting: 'tenant and allowedTenants',
    portal: userSettings,
  }),
  ...each([500200], {
    fix: 'Nothing to set: personal Microsoft accounts cannot sign in here.',
    setting: 'tenant',
  }),
  ...each([500021, 500022, 500212, 500213], {
    fix: tenantRestriction,
    portal: 'External Identities > Cross-tenant access settings',
  }),
  ...each([700016], {
    fix: 'This tenant has no app with this id: compare both with the Overview page.',
    setting: 'clientId and tenant',
    portal: `${registration} > Overview`,
  }),
  ...each([500011], {
    fix: 'The tenant does not know an API that is asked for: compare the names of the scopes.',
    setting: 'scopes and downstreamApis',
    portal: permissions,
  }),
  ...each([50011], {
    fix: 'Register publicUrl followed by /auth/redirect as a redirect URI of type Web.',
    setting: 'publicUrl',
    portal: authentication,
  }),
  ...each([7000215], {
    fix: 'The secret is wrong: use its Value, not its Secret ID, or issue a new one.',
    setting: credential,
    portal: secrets,
  }),
  ...each([7000222], {
    fix: 'The secret has expired: issue a new one.',
    setting: credential,
    portal: secrets,
  }),
  ...each([7000218], {
    fix: 'No credential arrived: the redirect URI must be of type Web, not single-page or mobile.',
    setting: credential,
    portal: authentication,
  }),
  ...each([700027, 50027, 700030], {
    fix: 'The certificate is not that of the registration, or has expired: upload this one there.',
    setting: 'credentials (certificate)',
    portal: secrets,
  }),
  ...each([700024], {
    fix: 'The assertion is over, or this server’s clock is wrong (NTP).',
    setting: 'credentials',
  }),
  ...each([70021, 700211, 700212, 700213, 700223], {
    fix: `${trust} Compare issuer, subject and audience.`,
    setting: 'credentials (assertionFile, managedIdentity)',
    portal: `${secrets} > Federated credentials`,
  }),
  ...each([70011], {
    fix: 'A scope is misspelt, or belongs to another API than the rest.',
    setting: 'scopes and downstreamApis',
    portal: permissions,
  }),
  ...each([50194], {
    fix: 'The app is registered for one tenant: use the tenant’s id, or make it multitenant.',
    setting: 'tenant',
    portal: authentication,
  }),
  ...each([90002], {
    fix: 'There is no such tenant in this cloud: compare the id, and the cloud of authority.',
    setting: 'tenant and authority',
    portal: 'Overview',
  }),
  ...each([650056, 650057], {
    fix: 'The registration lacks a permission that the app asks for: add it, and consent to it.',
    setting: 'scopes',
    portal: permissions,
  }),
  ...each([9002313], {
    fix: 'Entra could not read the request: compare every key with the registration.',
    setting: 'tenant, clientId and authority',
    portal: `${registration} > Overview`,
  }),
  ...each([90033, 50033, 90006, 90012, 90055], { fix: later }),
  ...each([50196], {
    fix: 'Entra noticed a loop of sign-ins: look for what sends this browser back each time.',
    portal: signInLogs,
  }),
])

function each(numbers: readonly number[], advice: Advice): [number, Advice][] {
  return numbers.map((number) => [number, Object.freeze(advice)])
}

/** What to do about an error of Entra's; undefined where it has no number that is known. */
export function adviceFor({ aadsts }: { aadsts?: number | undefined }): Advice | undefined {
  return aadsts === undefined ? undefined : byNumber.get(aadsts)
}
