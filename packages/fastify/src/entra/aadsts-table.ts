/** The table of AADSTS errors: what each means for the person, and what the operator can do. */

/** The causes that the sign-in problem page can show, as in its `code` parameter. */
export type SignInProblemCode =
  | 'expired'
  | 'cookies_blocked'
  | 'cancelled'
  | 'step_up'
  | 'denied'
  | 'consent_required'
  | 'not_assigned'
  | 'other_organisation'
  | 'misconfigured'
  | 'unavailable'
  | 'unreachable'
  | 'failed'

/** What the operator can do: the setting, and the page of the Entra admin center. */
export interface Remedy {
  /** The sentence to act on. */
  fix: string
  /** The key of aad.config.json, or the variable. */
  setting?: string
  /** The path to the page in the admin center (entra.microsoft.com). */
  portal?: string
}

/** AADSTS errors with the same meaning. */
interface Meaning extends Remedy {
  numbers: readonly number[]
  cause: SignInProblemCode
  /** Entra rejects the app's own credential, for every user. */
  refusesClient?: true
}

const registration = 'Applications > App registrations > (the app)'
const enterprise = 'Applications > Enterprise applications > (the app)'
const secrets = `${registration} > Certificates & secrets`
const permissions = `${registration} > API permissions`
const authentication = `${registration} > Authentication`
const signInLogs = 'Monitoring & health > Sign-in logs'
const credential = 'clientSecret or credentials'

/**
 * Every AADSTS error that has a meaning here. For other numbers the OAuth error decides.
 *
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const meanings: readonly Meaning[] = [
  {
    numbers: [
      70008, 54005, 501481, 700005, 50089, 50132, 50133, 50173, 70043, 700082, 700020, 50058,
    ],
    cause: 'expired',
    fix: 'Nothing to set: the user signs in again.',
  },
  {
    numbers: [65004],
    cause: 'cancelled',
    fix: 'Nothing to set: the user did not agree to the permissions.',
  },
  {
    numbers: [50076, 50079, 50072, 50074, 50078, 50158, 50097],
    cause: 'step_up',
    fix: 'Nothing to set: the user goes to Microsoft for another factor (Conditional Access).',
    portal: 'Protection > Conditional Access',
  },
  {
    numbers: [65001, 90094, 90095],
    cause: 'consent_required',
    fix: 'An administrator of the tenant has to consent to the permissions of the app.',
    setting: 'scopes',
    portal: permissions,
  },
  {
    numbers: [50105],
    cause: 'not_assigned',
    fix: 'Assign the user, or a group with the user, to the app, or switch "Assignment required" off.',
    portal: `${enterprise} > Users and groups`,
  },
  {
    numbers: [53000, 53001, 53003, 530032],
    cause: 'denied',
    fix: 'A Conditional Access policy stopped this user; find which one.',
    portal: signInLogs,
  },
  {
    numbers: [50057],
    cause: 'denied',
    fix: 'The user’s account is disabled.',
    portal: 'Users > All users',
  },
  {
    numbers: [50020, 50034, 16000, 90072],
    cause: 'other_organisation',
    fix: 'The user belongs to another tenant; invite them, or let their tenant in.',
    setting: 'tenant and allowedTenants',
    portal: 'External Identities > External collaboration settings',
  },
  {
    numbers: [500200],
    cause: 'other_organisation',
    fix: 'Nothing to set: personal Microsoft accounts cannot sign in here.',
    setting: 'tenant',
  },
  {
    numbers: [500021, 500022, 500212, 500213],
    cause: 'other_organisation',
    fix: 'Tenant restrictions of the user’s own network or tenant stopped them.',
    portal: 'External Identities > Cross-tenant access settings',
  },
  {
    numbers: [700016],
    cause: 'misconfigured',
    fix: 'This tenant has no app with this id: compare both with the Overview page.',
    setting: 'clientId and tenant',
    portal: `${registration} > Overview`,
  },
  {
    numbers: [500011],
    cause: 'misconfigured',
    fix: 'The tenant does not know an API that is asked for: compare the names of the scopes.',
    setting: 'scopes and downstreamApis',
    portal: permissions,
  },
  {
    numbers: [50011],
    cause: 'misconfigured',
    fix: 'Register publicUrl followed by /auth/redirect as a redirect URI of type Web.',
    setting: 'publicUrl',
    portal: authentication,
  },
  {
    numbers: [7000215],
    cause: 'misconfigured',
    fix: 'The secret is wrong: use its Value, not its Secret ID, or issue a new one.',
    setting: credential,
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [7000222],
    cause: 'misconfigured',
    fix: 'The secret has expired: issue a new one.',
    setting: credential,
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [7000218],
    cause: 'misconfigured',
    fix: 'No credential arrived: the redirect URI must be of type Web, not single-page or mobile.',
    setting: credential,
    portal: authentication,
    refusesClient: true,
  },
  {
    numbers: [700027, 50027, 700030],
    cause: 'misconfigured',
    fix: 'The certificate is not that of the registration, or has expired: upload this one there.',
    setting: 'credentials (certificate)',
    portal: secrets,
    refusesClient: true,
  },
  {
    numbers: [700024],
    cause: 'misconfigured',
    fix: 'The assertion has expired, or this server’s clock is wrong (NTP).',
    setting: 'credentials',
    refusesClient: true,
  },
  {
    numbers: [70021, 700211, 700212, 700213, 700223],
    cause: 'misconfigured',
    fix: 'The federated credential of the registration does not describe this token. Compare issuer, subject and audience.',
    setting: 'credentials (assertionFile, managedIdentity)',
    portal: `${secrets} > Federated credentials`,
    refusesClient: true,
  },
  {
    numbers: [70011, 650053],
    cause: 'misconfigured',
    fix: 'A scope is misspelt, or belongs to another API than the rest.',
    setting: 'scopes and downstreamApis',
    portal: permissions,
  },
  {
    numbers: [50194],
    cause: 'misconfigured',
    fix: 'The app is registered for one tenant: use the tenant’s id, or make it multitenant.',
    setting: 'tenant',
    portal: authentication,
  },
  {
    numbers: [90002],
    cause: 'misconfigured',
    fix: 'There is no such tenant in this cloud: compare the id, and the cloud of authority.',
    setting: 'tenant and authority',
    portal: 'Overview',
  },
  {
    numbers: [650056, 650057],
    cause: 'misconfigured',
    fix: 'The registration lacks a permission that the app asks for: add it, and consent to it.',
    setting: 'scopes',
    portal: permissions,
  },
  {
    numbers: [9002313],
    cause: 'misconfigured',
    fix: 'Entra could not read the request: compare every key with the registration.',
    setting: 'tenant, clientId and authority',
    portal: `${registration} > Overview`,
  },
  {
    numbers: [90033, 50033, 90006, 90012, 90055],
    cause: 'unavailable',
    fix: 'Nothing to set: Microsoft is busy or down, and the user tries again later.',
  },
  {
    // No cause whose page leads back into the loop.
    numbers: [50196],
    cause: 'failed',
    fix: 'Entra noticed a loop of sign-ins: look for what sends this browser back each time.',
    portal: signInLogs,
  },
]
