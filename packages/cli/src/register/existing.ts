/** Finds what exists already, through Graph: this machine keeps no record. */

import { placeholders } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'
import type { ConfigValue } from '../files/config-file.ts'
import type { Application, FederatedCredential, ServicePrincipal } from '../graph/answers.ts'
import type { Graph } from '../graph/client.ts'
import { type Settings, uniqueNameOf } from './settings.ts'

const fields =
  '$select=id,appId,displayName,uniqueName,signInAudience,createdDateTime,web,optionalClaims,requiredResourceAccess,groupMembershipClaims,appRoles,passwordCredentials,keyCredentials'

export interface Existing {
  application: Application | undefined
  servicePrincipal: ServicePrincipal | undefined
  federated: FederatedCredential[]
}

/** Whether `register` made it, so that `cleanup` may remove it. */
export function isOurs({ uniqueName }: Application): boolean {
  return uniqueName?.startsWith('gatehouse-') === true
}

/** The client id in the configuration, unless it is the placeholder. */
export function configuredClient({ clientId }: ConfigValue): string | undefined {
  return clientId === undefined || clientId === placeholders.clientId ? undefined : clientId
}

/**
 * The application of the configuration's client id, or else of the new one's name.
 *
 * @throws SetupError if the configured one does not have the given name, or the configuration is for another tenant
 */
export async function findApplication(
  graph: Graph,
  config: ConfigValue,
  { name, newName }: Pick<Settings, 'name' | 'newName'>,
  tenantId: string,
): Promise<Application | undefined> {
  const clientId = configuredClient(config)
  if (clientId) requireSameTenant(config, tenantId)
  const configured = clientId && (await byClientId(graph, clientId))
  if (!configured) return byUniqueName(graph, uniqueNameOf(newName))
  if (name !== undefined && configured.uniqueName !== uniqueNameOf(name)) {
    throw new SetupError(
      'conflict',
      `aad.config.json names the application ${JSON.stringify(configured.displayName)}, not ${JSON.stringify(name)}.`,
      'Leave --name out to go on with it. For a separate one, copy aad.config.json with its placeholders into another folder, and set AAD_CONFIG to the copy.',
    )
  }
  return configured
}

export function byUniqueName(graph: Graph, uniqueName: string): Promise<Application | undefined> {
  return graph.find(`/applications(uniqueName='${uniqueName}')?${fields}`, 'read the application')
}

export function byClientId(graph: Graph, clientId: string): Promise<Application | undefined> {
  const id = encodeURIComponent(clientId)
  return graph.find(`/applications(appId='${id}')?${fields}`, 'read the application')
}

/** Adds the service principal and the federated credentials of the application. */
export async function findRest(
  graph: Graph,
  application: Application | undefined,
): Promise<Existing> {
  if (!application) return { application, servicePrincipal: undefined, federated: [] }
  const [servicePrincipal, federated] = await Promise.all([
    findServicePrincipal(graph, application.appId),
    graph.list<FederatedCredential>(
      `/applications/${application.id}/federatedIdentityCredentials`,
      'read the federated credentials',
    ),
  ])
  return { application, servicePrincipal, federated }
}

export function findServicePrincipal(
  graph: Graph,
  appId: string,
): Promise<ServicePrincipal | undefined> {
  return graph.find(
    `/servicePrincipals(appId='${appId}')?$select=id,appId,displayName`,
    'read the service principal',
  )
}

function requireSameTenant({ tenant }: ConfigValue, tenantId: string): void {
  if (tenant === undefined || tenant === 'organizations' || tenant === placeholders.tenant) return
  if (tenant.toLowerCase() === tenantId) return
  throw new SetupError(
    'wrong_tenant',
    `aad.config.json belongs to the tenant ${tenant}, and this sign-in to ${tenantId}.`,
    `Sign in there (--tenant ${tenant}); for another tenant, run npm run cleanup first, or put the placeholders back.`,
  )
}
