import { cloudFor, type Config } from '../config/index.ts'

/** Pages of an app registration, as the portal names them in its addresses. */
type Blade = 'Overview' | 'Authentication' | 'Credentials' | 'CallAnAPI'

/**
 * The page where the registration is changed: in the portal of the cloud, or for a tenant on this machine
 * its control page.
 */
export function registrationLink(config: Config, blade: Blade): string {
  // The configuration allows plain http on this machine only.
  if (config.authority.startsWith('http:')) return `${config.authority}/_tenant`
  const page = `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/${blade}/appId`
  return `${cloudFor(config).portal}/#view/${page}/${config.clientId}`
}
