/** A tenant, an administrator's token and a folder for every test of a file. */

import { setTimeout as sleep } from 'node:timers/promises'
import { commandLineClientId, createTenant, type Tenant } from '@gatehouse/tenant'
import { approveDeviceCode, people } from '@gatehouse/tenant/testing'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Application, ServicePrincipal } from '../../src/graph/answers.ts'
import { createGraph, type Graph } from '../../src/graph/client.ts'
import { createNetwork } from '../../src/network.ts'
import { ownFolder, start, type Ended, type OwnFolder, type Running } from './commands.ts'

export interface Setup {
  tenant: Tenant
  folder: OwnFolder
  /** A client of Graph, signed in as the administrator. */
  graph: Graph
  /** The environment of a run: the local tenant, the folder and the administrator's token. */
  env(): NodeJS.ProcessEnv
  register(...args: string[]): Promise<Ended>
  cleanup(...args: string[]): Promise<Ended>
  start(command: 'register' | 'cleanup', ...args: string[]): Running
  /** The applications that the tests registered. */
  applications(): Promise<Application[]>
  servicePrincipals(): Promise<ServicePrincipal[]>
}

export function useSetup(): Setup {
  const network = createNetwork({ url: undefined, noProxy: '' })
  let tenant: Tenant
  let folder: OwnFolder
  let token = ''

  beforeAll(async () => {
    tenant = await createTenant({ users: 20, deviceCodeInterval: 0 })
    token = await tokenOf(tenant, people(tenant).administrator.id)
  })
  beforeEach(() => {
    folder = ownFolder()
  })
  afterEach(async () => {
    tenant.faults.clear()
    for (const { id } of await setup.applications()) {
      await setup.graph.call({ method: 'DELETE', path: `/applications/${id}`, what: 'delete' })
    }
    const deleted = '/directory/deletedItems'
    const gone = `${deleted}/microsoft.graph.application`
    for (const { id } of await setup.graph.list<Application>(gone, 'list')) {
      await setup.graph.call({ method: 'DELETE', path: `${deleted}/${id}`, what: 'delete' })
    }
    folder.remove()
  })
  afterAll(async () => {
    await network.close()
    await tenant.close()
  })

  const setup: Setup = {
    get tenant() {
      return tenant
    },
    get folder() {
      return folder
    },
    get graph() {
      return createGraph(network, tenant.graphUrl, token)
    },
    env: () => ({
      ...folder.env,
      AAD_AUTHORITY: tenant.authority,
      GRAPH_BASE_URL: tenant.graphUrl,
      GATEHOUSE_GRAPH_TOKEN: token,
    }),
    register: (...args) => setup.start('register', ...args).ended,
    cleanup: (...args) => setup.start('cleanup', ...args).ended,
    start: (command, ...args) => start(command, args, setup.env()),
    applications: async () => {
      const all = await setup.graph.list<Application>('/applications', 'list')
      const before = tenant.clients.map(({ clientId }) => clientId)
      return all.filter(({ appId }) => !before.includes(appId))
    },
    servicePrincipals: async () => {
      const ours = (await setup.applications()).map(({ appId }) => appId)
      const all = await setup.graph.list<ServicePrincipal>('/servicePrincipals', 'list')
      return all.filter(({ appId }) => ours.includes(appId))
    },
  }
  return setup
}

/** A token for Graph, as the Azure CLI or a pipeline would hold one. */
export async function tokenOf(tenant: Tenant, user: string | undefined): Promise<string> {
  const base = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0`
  const scope = 'Application.ReadWrite.All'
  const asked = await post(`${base}/devicecode`, { client_id: commandLineClientId, scope })
  const { device_code: code = '', user_code: userCode = '', verification_uri: uri = '' } = asked
  await approveDeviceCode({ verificationUri: uri, userCode, ...(user && { user }) })
  await sleep(0)
  const grant = 'urn:ietf:params:oauth:grant-type:device_code'
  const form = { grant_type: grant, client_id: commandLineClientId, device_code: code }
  const { access_token: token, error_description: reason } = await post(`${base}/token`, form)
  if (!token) throw new Error(`No token: ${reason}`)
  return token
}

/** Consents for all users: each can get a token for the commands. Their own roles still limit what it may do. */
export async function consentForAllUsers(tenant: Tenant): Promise<void> {
  const { authority, tenantId } = tenant
  const url = new URL(`${authority}/${tenantId}/v2.0/adminconsent`)
  url.search = new URLSearchParams({
    client_id: commandLineClientId,
    scope: 'Application.ReadWrite.All',
    redirect_uri: 'http://localhost',
    state: 's',
  }).toString()
  const body = new URLSearchParams({ user: people(tenant).administrator.id })
  const { status } = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  if (status !== 302 && status !== 303) throw new Error(`No consent: ${status}`)
}

async function post(url: string, form: Record<string, string>): Promise<Record<string, string>> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  return (await answer.json()) as Record<string, string>
}
