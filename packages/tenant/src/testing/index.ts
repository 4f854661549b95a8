/**
 * What tests of an app need: `import { … } from '@gatehouse/tenant/testing'`.
 *
 * - `createTenant` starts a tenant, whose client is `localClient` by default. `people` finds its special users.
 * - `appEnvironment` is the configuration of a Gatehouse app under test.
 * - `createBrowser` sends requests to the app under test as a browser does: it keeps cookies and signs in; its
 *   `storageState` starts a browser of Playwright signed in.
 * - `signInAtTenant` and `approveDeviceCode` act as the user on the tenant's pages, for any client.
 * - `localPassword` is the password of every user, for the password grant.
 * - `setScenario` and `clearScenarios` set and clear failures.
 * - `forgeToken` makes tokens for the unit tests of an API, good and bad ones.
 * - `freePort` finds a port for programs that have to be given one.
 */
export { localPassword } from '../directory/directory.ts'
export { localClient } from '../registry/built-in.ts'
export { createTenant } from '../tenant.ts'
export type { ClientRegistration, Tenant, TenantOptions, TenantUser } from '../tenant.ts'
export { appEnvironment } from './app-environment.ts'
export { createBrowser } from './browser.ts'
export type { Answer, AppSignInOptions, Browser, RequestOptions, StorageState } from './browser.ts'
export { freePort } from './free-port.ts'
export { people, type People } from './people.ts'
export { clearScenarios, setScenario, type ScenarioOptions } from './scenario.ts'
export { approveDeviceCode, signInAtTenant } from './sign-in.ts'
export { forgeToken, type TokenOptions } from './token.ts'
export type { DeviceSignInOptions, SignInOptions } from './sign-in.ts'
