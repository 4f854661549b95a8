/**
 * Every call that the documentation of @microsoft/microsoft-graph-client shows: its folder `docs` and its samples, at
 * https://github.com/microsoftgraph/msgraph-sdk-javascript. `docs/local-tenant-clients.md` has them in a table.
 */

import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { Readable } from 'node:stream'
import {
  AuthenticationHandler,
  BatchRequestContent,
  BatchResponseContent,
  Client,
  FileUpload,
  HTTPMessageHandler,
  LargeFileUploadTask,
  OneDriveLargeFileUploadTask,
  PageIterator,
  ResponseType,
  RetryHandlerOptions,
  StreamUpload,
  type BatchRequestStep,
  type Context,
  type GraphRequest,
  type Middleware,
  type Range,
} from '@microsoft/microsoft-graph-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { people, type TenantUser } from '../../packages/tenant/src/testing/index.ts'
import { signInAdministrator } from '../administrator.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6179/auth/redirect'
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
)

/** What pages have and Node has not: the client reads the bodies of a batch by it. */
class FileReader extends EventTarget {
  result = ''

  readAsDataURL(blob: Blob): void {
    void blob.arrayBuffer().then((bytes) => {
      this.result = `data:${blob.type};base64,${Buffer.from(bytes).toString('base64')}`
      this.dispatchEvent(new Event('load'))
    })
  }
}
Reflect.set(globalThis, 'FileReader', FileReader)

let at: TlsTenant
let client: Client
let token: string
let user: TenantUser
beforeAll(async () => {
  at = await startDropIn({ web: { redirectUris: [redirectUri] } })
  const administrator = await signInAdministrator(at, redirectUri)
  user = people(at.tenant).administrator
  token = await administrator.tokenFor([
    'User.ReadWrite.All',
    'Directory.Read.All',
    'Files.ReadWrite',
  ])
  client = Client.init({ authProvider: (done) => done(null, token) })
})
afterAll(() => at?.end())

type Json = Record<string, unknown>
interface Item {
  id: string
  name: string
  size: number
}
interface Page {
  value: Json[]
  '@odata.nextLink'?: string
}

/** Sends without its content: the calls of this file say what they expect of it. */
async function upload(name: string, content: string | Buffer = 'content'): Promise<Item> {
  const path = `/me/drive/root/children/${name}/content`
  return (await client.api(path).put(content)) as Item
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text()
}

const self = () => expect.objectContaining({ id: user.id, displayName: user.displayName }) as Json
const named = () => ({
  '@odata.context': expect.stringContaining('#users(displayName)') as string,
  displayName: user.displayName,
})

/** The name of a call in the table of the documents, and what it does. */
type Call = readonly [name: string, run: () => Promise<unknown>]

const actions: readonly Call[] = [
  ['`.api("/me").get()`', async () => expect(await client.api('/me').get()).toEqual(self())],
  [
    '`.api("/me/drive/root/children/{name}/content").getStream()`',
    async () => {
      await upload('test.pdf', 'a stream')
      const request = client.api('/me/drive/root/children/test.pdf/content')
      expect(await textOf((await request.getStream()) as ReadableStream)).toBe('a stream')
    },
  ],
  [
    '`.api("/me/drive/items/{id}/content").getStream()`',
    async () => {
      const { id } = await upload('by-id.pdf', 'by id')
      const stream = await client.api(`/me/drive/items/${id}/content`).getStream()
      expect(await textOf(stream as ReadableStream)).toBe('by id')
    },
  ],
  [
    '`.api("/me/drive/items/{id}").delete()`',
    async () => {
      const { id } = await upload('gone.txt')
      await client.api(`/me/drive/items/${id}`).delete()
      const again = client.api(`/me/drive/items/${id}`).get()
      await expect(again).rejects.toMatchObject({ statusCode: 404, code: 'itemNotFound' })
    },
  ],
  [
    '`.api("/me/photo/$value").put(file)`',
    async () => {
      await client.api('/me/photo/$value').put(new Blob([png], { type: 'image/png' }))
      const photo = client.api('/me/photo/$value').responseType(ResponseType.ARRAYBUFFER)
      expect(Buffer.from((await photo.get()) as ArrayBuffer)).toEqual(png)
    },
  ],
  [
    '`.api("/me/drive/root/children/{name}/content").putStream(stream)`',
    async () => {
      const path = '/me/drive/root/children/streamed.txt/content'
      // Node's own `fetch` wants to be told that a stream is sent.
      const request = client.api(path).option('duplex', 'half')
      const item = (await request.putStream(Readable.from([Buffer.from('streamed')]))) as Item
      expect(item).toMatchObject({ name: 'streamed.txt', size: 8 })
    },
  ],
  [
    '`.api("/me").update({ birthday })`',
    async () => {
      await client.api('/me').update({ birthday: '1908-12-22T00:00:00Z' })
      const { birthday } = (await client.api('/me').select('birthday').get()) as Json
      expect(birthday).toBe('1908-12-22T00:00:00Z')
    },
  ],
]

function pathCall(path: string): Call {
  return [`\`.api("${path}")\``, async () => expect(await client.api(path).get()).toEqual(self())]
}

const callingPattern: readonly Call[] = [
  pathCall('me'),
  pathCall('/me'),
  pathCall('https://graph.microsoft.com/v1.0/me'),
  pathCall('https://graph.microsoft.com/beta/me'),
  [
    '`.get().then(…)`',
    async () =>
      client
        .api('/me')
        .get()
        .then((found: unknown) => expect(found).toEqual(self())),
  ],
  [
    '`.get((error, answer) => …)`',
    async () => {
      const answer = await new Promise((resolve, reject) => {
        void client.api('/me').get((error: unknown, found: unknown) => {
          if (error instanceof Error) reject(error)
          else resolve(found)
        })
      })
      expect(answer).toEqual(self())
    },
  ],
]

function rawCall(name: string, send: (request: GraphRequest) => Promise<unknown>): Call {
  return [
    name,
    async () => {
      const request = client.api('/me').select('displayName').responseType(ResponseType.RAW)
      const answer = (await send(request)) as Response
      expect([answer.status, await answer.json()]).toEqual([200, named()])
    },
  ]
}

const busy = { kind: 'graphError', status: 429, code: 'TooManyRequests', retryAfter: '1' } as const

const otherApis: readonly Call[] = [
  [
    '`.api("/me/ownedDevices").version("beta")`',
    async () => {
      const page = (await client.api('/me/ownedDevices').version('beta').get()) as Page
      expect(page.value).toBeInstanceOf(Array)
    },
  ],
  [
    '`.api("/users").version("beta")`',
    async () => {
      const page = (await client.api('/users').version('beta').get()) as Page
      expect(page.value).toHaveLength(100)
    },
  ],
  [
    '`.query({ $select: "displayName" })`',
    async () =>
      expect(await client.api('/me').query({ $select: 'displayName' }).get()).toEqual(named()),
  ],
  [
    '`.query("$select=displayName")`',
    async () => expect(await client.api('/me').query('$select=displayName').get()).toEqual(named()),
  ],
  [
    '`.header(…)`, `.headers(…)`',
    async () => {
      const group = { securityEnabledOnly: true }
      const path = '/me/getMemberGroups'
      const type = 'application/json'
      const one = (await client.api(path).header('content-type', type).post(group)) as Page
      const all = (await client.api(path).headers({ 'content-type': type }).post(group)) as Page
      expect(one.value).toEqual(all.value)
    },
  ],
  [
    '`.option("agent", agent)`, `.options({ agent })`',
    async () => {
      const agent = new Agent()
      expect(await client.api('/me').option('agent', agent).get()).toEqual(self())
      expect(await client.api('/me').options({ agent }).get()).toEqual(self())
    },
  ],
  [
    '`.middlewareOptions([new RetryHandlerOptions(…)])`',
    async () => {
      const options = [new RetryHandlerOptions(5, 1)]
      at.tenant.faults.set({ ...busy, at: 'me', times: 1 })
      expect(await client.api('/me').middlewareOptions(options).get()).toEqual(self())
      expect(
        at.tenant.journal
          .entries()
          .slice(-2)
          .map(({ status }) => status),
      ).toEqual([429, 200])
    },
  ],
  [
    '`.responseType(ResponseType.BLOB)`',
    async () => {
      await upload('blob.txt', 'a blob')
      const request = client.api('/me/drive/root/children/blob.txt/content')
      const blob = (await request.responseType(ResponseType.BLOB).get()) as Blob
      expect(await blob.text()).toBe('a blob')
    },
  ],
  rawCall('`.responseType(ResponseType.RAW)`', (request) => request.get()),
  // 3.0.7 never calls back with a raw answer: it comes by the promise in both ways.
  rawCall('`ResponseType.RAW` with a callback', (request) => request.get(() => undefined)),
]

/** The documents show most of these at a mailbox; here they are at what the tenant has. */
const queryParameters: readonly Call[] = [
  [
    '`.select(…)` in its three forms',
    async () => {
      const users = () => client.api('/users').top(1)
      const three = [
        users().select('displayName').select('department'),
        // The client takes them, and its types do not know it.
        users().select(...(['displayName', 'department'] as unknown as [string])),
        users().select(['displayName', 'department']),
      ]
      for (const request of three) {
        const [first = {}] = ((await request.get()) as Page).value
        expect(Object.keys(first)).toEqual(['displayName', 'department'])
      }
    },
  ],
  [
    '`.expand("manager")`',
    async () => {
      const { id } = people(at.tenant).at(20)
      const found = (await client.api(`/users/${id}`).expand('manager').get()) as Json
      expect(found).toHaveProperty('manager.id')
      const list = (await client.api('/users').top(2).expand(['directReports']).get()) as Page
      expect(list.value).toHaveLength(2)
    },
  ],
  [
    '`.orderby("name")`',
    async () => {
      const page = (await client.api('/me/drive/root/children').orderby('name').get()) as Page
      const names = page.value.map(({ name }) => String(name))
      expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en')))
    },
  ],
  [
    '`.top(5)`',
    async () => expect(((await client.api('/users').top(5).get()) as Page).value).toHaveLength(5),
  ],
  [
    '`.count(true)`',
    async () => {
      const request = client.api('/users').header('ConsistencyLevel', 'eventual').count(true)
      expect(await request.get()).toHaveProperty('@odata.count', at.tenant.users.length)
    },
  ],
  [
    '`.api("/users").filter("startswith(displayName, …)")`',
    async () => {
      const filter = `startswith(displayName, '${user.displayName}')`
      const { value } = (await client.api('/users').filter(filter).get()) as Page
      expect(value).toContainEqual(self())
    },
  ],
  [
    '`.search(…)`',
    async () => {
      const request = client.api('/users').header('ConsistencyLevel', 'eventual')
      const { value } = (await request.search(`"displayName:${user.displayName}"`).get()) as Page
      expect(value).toContainEqual(self())
    },
  ],
]

/** Where a relative address of a step leads: Node's `Request` takes none, which a page's does. */
const graph = 'https://graph.microsoft.com'

async function batch(...steps: BatchRequestStep[]): Promise<BatchResponseContent> {
  const content = await new BatchRequestContent(steps).getContent()
  return new BatchResponseContent(await client.api('/$batch').post(content))
}

const batching: readonly Call[] = [
  [
    'a photo, and then the same one',
    async () => {
      const headers = { 'Content-type': 'image/png' }
      const put = { method: 'PUT', headers, body: png }
      const answers = await batch(
        { id: '1', request: new Request(`${graph}/me/photo/$value`, put) },
        { id: '2', request: new Request(`${graph}/me/photo/$value`), dependsOn: ['1'] },
      )
      expect(answers.getResponseById('1').status).toBe(200)
      expect(await answers.getResponseById('2').text()).toBe(png.toString('base64'))
    },
  ],
  [
    'the photos of several users',
    async () => {
      const ids = [people(at.tenant).first.id, people(at.tenant).at(1).id]
      const answers = await batch(
        ...ids.map((id) => ({ id, request: new Request(`${graph}/users/${id}/photo/$value`) })),
      )
      for (const id of ids) expect(answers.getResponseById(id).status).toBe(200)
    },
  ],
  [
    'steps added and removed, to different services',
    async () => {
      const content = new BatchRequestContent()
      const file = content.addRequest({
        id: '1',
        request: new Request(`${graph}/me/drive/root:/test.pdf:/content`),
      })
      const body = JSON.stringify({ name: 'Testing Batch', folder: {} })
      const headers = { 'Content-type': 'application/json' }
      const post = { method: 'POST', headers, body }
      content.addRequest({
        id: '2',
        request: new Request(`${graph}/me/drive/root/children`, post),
        dependsOn: ['1'],
      })
      content.addRequest({
        id: '3',
        request: new Request(`${graph}/me/messages`),
        dependsOn: ['2'],
      })
      content.removeDependency('3', '2')
      content.removeRequest(file)
      const answer = await client.api('/$batch').post(await content.getContent())
      const statuses = [...new BatchResponseContent(answer as never).getResponses()].map(
        ([id, { status }]) => [id, status],
      )
      expect(Object.fromEntries(statuses)).toEqual({ 2: 201, 3: 404 })
    },
  ],
  [
    'a folder, and then files in it',
    async () => {
      const headers = { 'Content-type': 'application/json' }
      const body = JSON.stringify({ name: 'MyFiles', folder: {} })
      const put = { method: 'PUT', headers: { 'Content-type': 'text/plain' }, body: 'text' }
      const path = `${graph}/me/drive/root:/MyFiles`
      const answers = await batch(
        {
          id: '1',
          request: new Request(`${graph}/me/drive/root/children`, {
            method: 'POST',
            headers,
            body,
          }),
        },
        { id: '2', request: new Request(`${path}/a.txt:/content`, put), dependsOn: ['1'] },
        { id: '3', request: new Request(`${path}/b.txt:/content`, put), dependsOn: ['1'] },
      )
      const statuses = ['1', '2', '3'].map((id) => answers.getResponseById(id).status)
      expect(statuses).toEqual([201, 201, 201])
      const file = (await client.api('/me/drive/root:/MyFiles/a.txt').get()) as Item
      expect(file.size).toBe(4)
    },
  ],
]

const pages: readonly Call[] = [
  [
    '`PageIterator.iterate()`',
    async () => {
      let count = 0
      const first = (await client.api('/users').get()) as Page
      await new PageIterator(client, first, () => ((count += 1), true)).iterate()
      expect(count).toBe(at.tenant.users.length)
    },
  ],
  [
    '`PageIterator.resume()`',
    async () => {
      let count = 0
      const first = (await client.api('/users').get()) as Page
      const iterator = new PageIterator(client, first, () => (count += 1) !== 150)
      await iterator.iterate()
      expect([count, iterator.isComplete()]).toEqual([150, false])
      await iterator.resume()
      expect([count, iterator.isComplete()]).toEqual([at.tenant.users.length, true])
    },
  ],
]

const rangeSize = 327_680
const large = Buffer.from(Array.from({ length: 2 * rangeSize + 100 }, (_, n) => n % 256))
const session = (name: string) =>
  LargeFileUploadTask.createUploadSession(client, `/me/drive/root:/${name}:/createUploadSession`, {
    item: { '@microsoft.graph.conflictBehavior': 'rename', name },
  })

async function contentOf(name: string): Promise<Buffer> {
  const request = client.api(`/me/drive/root:/${name}:/content`)
  const content = (await request.responseType(ResponseType.ARRAYBUFFER).get()) as ArrayBuffer
  return Buffer.from(content)
}

function oneDriveCall(kind: string, content: () => Readable | Buffer): Call {
  return [
    `\`OneDriveLargeFileUploadTask.createTaskWithFileObject(…)\` with \`${kind}\``,
    async () => {
      const fileName = `one drive ${kind}.bin`
      const options = { path: '/Documents', fileName, rangeSize: 1024 * 1024 }
      const given = content()
      const file =
        given instanceof Readable
          ? new StreamUpload(given, fileName, large.length)
          : new FileUpload(given, fileName, large.length)
      const task = await OneDriveLargeFileUploadTask.createTaskWithFileObject<unknown>(
        client,
        file,
        options,
      )
      const { responseBody } = await task.upload()
      expect(responseBody).toMatchObject({ name: fileName, size: large.length })
      expect(await contentOf(`Documents/${encodeURIComponent(fileName)}`)).toEqual(large)
    },
  ]
}

const uploads: readonly Call[] = [
  [
    '`new LargeFileUploadTask(client, new StreamUpload(…), …).upload()`',
    async () => {
      const ranges: (Range | undefined)[] = []
      const uploadEventHandlers = { progress: (range?: Range) => void ranges.push(range) }
      const options = { rangeSize, uploadEventHandlers }
      const file = new StreamUpload(
        Readable.from([large], { objectMode: false }),
        'stream.bin',
        large.length,
      )
      const task = new LargeFileUploadTask(client, file, await session('stream.bin'), options)
      const { responseBody } = await task.upload()
      expect(responseBody).toMatchObject({ name: 'stream.bin', size: large.length })
      expect(await contentOf('stream.bin')).toEqual(large)
      expect(ranges).toHaveLength(3)
    },
  ],
  [
    '`new LargeFileUploadTask(client, new FileUpload(…), …).upload()`',
    async () => {
      const file = new FileUpload(large, 'file.bin', large.length)
      const task = new LargeFileUploadTask(client, file, await session('file.bin'), { rangeSize })
      await task.upload()
      expect(await contentOf('file.bin')).toEqual(large)
    },
  ],
  oneDriveCall('StreamUpload', () => Readable.from([large], { objectMode: false })),
  oneDriveCall('FileUpload', () => large),
  [
    '`uploadTask.resume()`, `getNextRange()`, `uploadSlice(…)`',
    async () => {
      const file = new FileUpload(large, 'resumed.bin', large.length)
      const made = await session('resumed.bin')
      const task = new LargeFileUploadTask(client, file, made, { rangeSize })
      const range = task.getNextRange()
      const slice = large.subarray(range.minValue, range.maxValue + 1) as unknown as ArrayBuffer
      const answer = await task.uploadSlice(slice, range, large.length)
      expect(answer).toHaveProperty('nextExpectedRanges', [`${rangeSize}-${large.length - 1}`])
      await task.resume()
      expect(await contentOf('resumed.bin')).toEqual(large)
    },
  ],
  [
    '`uploadTask.cancel()`, `getUploadSession()`',
    async () => {
      const file = new FileUpload(large, 'cancelled.bin', large.length)
      const made = await session('cancelled.bin')
      const task = new LargeFileUploadTask(client, file, made, { rangeSize })
      expect(task.getUploadSession().expiry.getTime()).toBeGreaterThan(Date.now())
      await task.cancel()
      expect(task.getUploadSession().isCancelled).toBe(true)
      await expect(task.getStatus()).rejects.toMatchObject({ statusCode: 404 })
    },
  ],
]

/** A middleware of an application's own, as the page on chains has it. */
class Logging implements Middleware {
  readonly urls: string[] = []
  private next: Middleware | undefined

  async execute(context: Context): Promise<void> {
    const { request } = context
    this.urls.push(typeof request === 'string' ? request : request.url)
    return this.next?.execute(context)
  }

  setNext(next: Middleware): void {
    this.next = next
  }
}

const clients: readonly Call[] = [
  [
    'a chain of middleware with one of its own',
    async () => {
      const authentication = new AuthenticationHandler({ getAccessToken: async () => token })
      const logging = new Logging()
      authentication.setNext(logging)
      logging.setNext(new HTTPMessageHandler())
      const own = Client.initWithMiddleware({ middleware: authentication })
      expect(await own.api('/me').get()).toEqual(self())
      expect(logging.urls).toEqual(['https://graph.microsoft.com/v1.0/me'])
    },
  ],
  [
    'a request that is aborted',
    async () => {
      const controller = new AbortController()
      const own = Client.initWithMiddleware({
        authProvider: { getAccessToken: async () => token },
        fetchOptions: { signal: controller.signal },
      })
      controller.abort()
      await expect(own.api('/me').get()).rejects.toThrow(/abort/i)
    },
  ],
]

const mail = { subject: 'A subject', toRecipients: [] }
const noMailbox = { statusCode: 404, code: 'MailboxNotEnabledForRESTAPI' }
const noSite = { statusCode: 400, code: 'BadRequest' }

/** What an account without a mailbox and a tenant without sites cannot have. */
const notServed: readonly (readonly [name: string, run: () => Promise<unknown>, error: Json])[] = [
  [
    '`.api("/me/sendMail").post(…)`',
    () => client.api('/me/sendMail').post({ message: mail }),
    noMailbox,
  ],
  [
    '`.api("/users/me/sendMail").post(…)`',
    () => client.api('/users/me/sendMail').post({ message: mail }),
    noMailbox,
  ],
  [
    '`.api("/me/contacts/{id}").patch(…)`',
    () => client.api('/me/contacts/x').patch({ birthday: '1991-07-22' }),
    noMailbox,
  ],
  ['`.api("/me/contacts").top(5)`', () => client.api('/me/contacts').top(5).get(), noMailbox],
  [
    '`.api("me/events?$filter=…")`',
    () => client.api('me/events?$filter=startswith(subject, "Adventure")').get(),
    noMailbox,
  ],
  ['`.api("/me/events").skip(10)`', () => client.api('/me/events').skip(10).get(), noMailbox],
  ['`.api("/me/events").top(3)`', () => client.api('/me/events').top(3).get(), noMailbox],
  [
    '`.api("/me/calendars").count(true)`',
    () => client.api('/me/calendars').count(true).get(),
    noMailbox,
  ],
  [
    '`.api("/me/messages").orderby(…)` in its three forms',
    () => client.api('/me/messages').orderby('name').orderby('subject').get(),
    noMailbox,
  ],
  [
    '`.api("/me/messages/{id}").update(…)`',
    () => client.api('/me/messages/x').update({}),
    noMailbox,
  ],
  [
    '`.api("/me/people").select(…)` in its three forms',
    () => client.api('/me/people').select(['displayName', 'department']).get(),
    noMailbox,
  ],
  [
    '`.api("/me/people").expand(…)` in its three forms',
    () => client.api('/me/people').expand(['manager', 'directReports']).get(),
    noMailbox,
  ],
  ['`.api("/me/people").search(…)`', () => client.api('/me/people').search('x').get(), noMailbox],
  [
    '`.api("/me/people").version("beta").top(5)`',
    () => client.api('/me/people').version('beta').top(5).select('displayName').get(),
    noMailbox,
  ],
  [
    '`createUploadSession` of an attachment of Outlook',
    () =>
      LargeFileUploadTask.createUploadSession(
        client,
        'me/messages/x/attachments/createUploadSession',
        { AttachmentItem: { attachmentType: 'file', name: 'x', size: 4_000_000 } },
      ),
    noMailbox,
  ],
  [
    '`createUploadSession` of `sites/root/drive`',
    () =>
      LargeFileUploadTask.createUploadSession(
        client,
        'https://graph.microsoft.com/v1.0/sites/root/drive/items/x/createuploadsession',
        { item: {} },
      ),
    noSite,
  ],
]

const served = [
  ...actions,
  ...callingPattern,
  ...otherApis,
  ...queryParameters,
  ...batching,
  ...pages,
  ...uploads,
  ...clients,
]

describe('What the documentation of the Graph client shows', () => {
  it.each(served)('works: %s', async (_, run) => {
    // The calls themselves check their answers.
    expect.hasAssertions()
    await run()
  })

  it.each(notServed)('is refused as by Graph, and in the journal: %s', async (_, run, error) => {
    await expect(run()).rejects.toMatchObject(error)
    expect(at.tenant.journal.entries().at(-1)).toMatchObject({ isServed: false })
  })

  it('is in the table of the documents', () => {
    const path = new URL('../../docs/local-tenant-clients.md', import.meta.url)
    const rows = readFileSync(path, 'utf8').split('\n')
    const resultOf = (name: string) =>
      rows
        .map((row) => row.split('|').map((cell) => cell.trim()))
        .find((cells) => cells[1] === name)?.[2]
    expect(served.map(([name]) => [name, resultOf(name)])).toEqual(
      served.map(([name]) => [name, 'served']),
    )
    expect(notServed.map(([name]) => [name, resultOf(name)])).toEqual(
      notServed.map(([name, , error]) => [
        name,
        `not served: ${String(error['statusCode'])} \`${String(error['code'])}\``,
      ]),
    )
  })
})
