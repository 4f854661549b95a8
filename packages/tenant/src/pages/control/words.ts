/**
 * Every text of the control page. The titles and descriptions of the scenarios are in `control/scenarios`: the JSON of
 * the control API has them too.
 */

export const controlWords = {
  title: 'Control page',
  about: 'A stand-in for Microsoft Entra ID and Microsoft Graph, for tests and development.',
  openApp: 'Open the app',
  openNamed: (app: string) => `Open ${app}`,
  tabs: {
    label: 'Control page',
    names: {
      scenarios: 'Scenarios',
      requests: 'Requests',
      directory: 'Directory',
    },
    /** Behind the name of the first tab. */
    active: (count: number) => `${count} on`,
  },

  tenants: 'Tenants',

  problem: {
    title: 'That did not work',
  },

  active: {
    none: 'No failures active',
    title: (count: number) => (count === 1 ? '1 failure active' : `${count} failures active`),
    clearAll: 'Turn off all',
    faults: (count: number) => (count === 1 ? '1 single fault' : `${count} single faults`),
    left: (count: number) => (count === 1 ? '1 request left' : `${count} requests left`),
    untilCleared: 'until turned off',
    allUsers: 'all users',
    for: 'for',
    and: (more: number) => `and ${more} more`,
  },

  filter: {
    label: 'Filter failure scenarios',
    placeholder: (count: number) => `Filter ${count} failure scenarios`,
    apply: 'Filter',
    /** The count of matches. The script has the same words, in the attributes of the element. */
    matches: (count: number) => (count === 1 ? '1 scenario matches' : `${count} scenarios match`),
    none: 'No scenario matches.',
  },

  scenarios: {
    title: 'Failure scenarios',
    popular: 'Popular',
    on: (count: number) => `${count} on`,
    turnOn: 'Turn on',
    turnOff: 'Turn off',
    run: 'Run',
    update: 'Update',
    done: 'Done',
    options: 'Options',
    /** Named for screen readers: what, and which scenario. */
    named: (what: string, scenario: string) => `${what}: ${scenario}`,
    user: 'User',
    requests: 'Requests',
    always: 'always',
    requestsHint:
      'Leave Requests empty to keep it on. The app retries a failed GET once, so use 2 to see the error.',
    userHint: 'Leave User empty for all users.',
    thenOpen: 'then open',
    users: 'Users',
    signIn: 'Sign in',
    app: 'the app',
  },

  faults: {
    title: 'Single faults',
    about: 'Set by a test or by',
    at: 'At',
    what: 'What',
    left: 'Requests left',
  },

  requests: {
    none: 'No requests yet. Sign in to the app to see them here.',
    filter: 'Filter requests',
    placeholder: 'Path, status or error code',
    noMatch: 'No request matches.',
    pause: 'Pause',
    fault: (name: string) => `Turned on: ${name}`,
    notServed: 'The local tenant does not serve this address.',
    about: (count: number) =>
      `The latest ${count} requests to this tenant, grouped by sign-in, newest first. Times are in UTC.`,
    json: 'All of them as JSON',
    refresh: 'Refresh',
    clear: 'Clear requests',
    elsewhere: 'Outside a sign-in',
    unfinished: 'Sign-in not finished',
    silent: 'Silent sign-in, without a page',
    count: (count: number) => (count === 1 ? '1 request' : `${count} requests`),
    failed: (count: number) => `${count} failed`,
    photos: (count: number) => `${count} photos`,
    time: 'Time',
    status: 'Status',
    request: 'Request',
    unanswered: 'none',
    earlier: (count: number) => `${count} earlier requests are in the JSON.`,
  },

  refused: {
    none: 'No request was refused.',
    title: 'Refused requests',
    latest: 'Latest',
    times: 'Times',
    reason: 'Reason',
    who: 'For',
    more: (count: number) => `${count} more`,
    source: 'Microsoft’s page',
    sourceOf: (code: string) => `Microsoft’s page about ${code}`,
  },

  editing: {
    people: 'People',
    find: 'Find a person',
    search: 'Find',
    nobody: 'No person has a name that begins so.',
    add: 'Add a person',
    userName: 'User name, such as sam@local-tenant.example',
    name: 'Name',
    jobTitle: 'Job title',
    department: 'Department',
    enabled: 'Can sign in',
    admin: 'Administrator',
    yes: 'Yes',
    no: 'No',
    save: 'Save',
    revoke: 'End sessions and tokens',
    locked: 'Locked after wrong passwords.',
    unlock: 'Unlock',
    remove: 'Delete person',
    clients: 'Clients',
    web: 'Redirect URIs of a server, one on a line',
    spa: 'Redirect URIs of an app in the browser, one on a line',
    publicClient: 'Redirect URIs of an app on a device, one on a line',
  },

  directory: {
    accounts: 'Test accounts',
    accountsHint: 'To sign in as one of them, follow its link or choose it in the account picker.',
    signInAs: 'Sign in as',
    identity: 'What an app has to know',
    tenant: 'Tenant',
    authority: 'Authority',
    graph: 'Graph',
    application: 'Application',
    redirectUris: 'Redirect URIs',
    signingKey: 'Signing key',
    size: 'Size of the directory',
    users: (most: string) => `Users, 1 to ${most}`,
    change: 'Change',
  },
}
