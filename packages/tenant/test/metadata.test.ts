import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let xml: string
beforeAll(async () => {
  tenant = await createTenant({ users: 13 })
  const answer = await fetch(`${tenant.graphUrl}/$metadata`)
  if (!answer.headers.get('content-type')?.includes('application/xml')) throw new Error('No XML.')
  xml = await answer.text()
})
afterAll(() => tenant.close())

interface Element {
  tag: string
  attributes: Record<string, string>
  children: Element[]
}

/** Reads XML without text, and fails on what is not well formed. */
function parse(text: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] }
  const open = [root]
  for (const [, end, tag = '', rest = '', single] of text
    .replace(/^<\?xml[^>]*\?>/, '')
    .matchAll(/<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<&]*")*)\s*(\/?)>/g)) {
    if (end) {
      if (open.pop()?.tag !== tag) throw new Error(`</${tag}> has no beginning.`)
      continue
    }
    const attributes = Object.fromEntries(
      [...rest.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>
    const element = { tag, attributes, children: [] }
    open.at(-1)?.children.push(element)
    if (!single) open.push(element)
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.tag}> has no end.`)
  return root
}

function all({ children }: Element): Element[] {
  return children.flatMap((child) => [child, ...all(child)])
}

const named = (elements: Element[], tag: string) => elements.filter((one) => one.tag === tag)

describe('$metadata', () => {
  it('is well formed, and names each type once', () => {
    const elements = all(parse(xml))
    const types = [...named(elements, 'EntityType'), ...named(elements, 'ComplexType')]
    const names = types.map(({ attributes }) => attributes['Name'])
    expect(names.length).toBeGreaterThan(50)
    expect(new Set(names).size).toBe(names.length)
    for (const { children } of types) {
      const members = children.map(({ attributes }) => attributes['Name']).filter(Boolean)
      expect(new Set(members).size).toBe(members.length)
    }
  })

  it('has every type that it refers to', () => {
    const elements = all(parse(xml))
    const known = new Set(
      [...named(elements, 'EntityType'), ...named(elements, 'ComplexType')].map(
        ({ attributes }) => attributes['Name'],
      ),
    )
    const references = elements.flatMap(({ attributes }) =>
      ['Type', 'BaseType', 'EntityType'].map((name) => attributes[name]),
    )
    const types = references.map(
      (reference) => /(?:microsoft\.graph|graph)\.(\w+)/.exec(reference ?? '')?.[1],
    )
    expect(types.filter((type) => type !== undefined && !known.has(type))).toEqual([])
    const primitives = references
      .map((reference) => /Edm\.(\w+)/.exec(reference ?? '')?.[1])
      .filter((type) => type !== undefined)
    expect(new Set(primitives)).toEqual(
      new Set(['String', 'Boolean', 'DateTimeOffset', 'Guid', 'Int32', 'Int64']),
    )
  })

  it('has every property of a user and of a group that is sent', async () => {
    const token = (await signIn(tenant, { scope: 'openid User.Read' })).access_token
    const { body } = await graph(tenant, token, 'GET', `/me?$select=*`)
    const properties = propertiesOf('user')
    for (const name of Object.keys(body).filter((each) => !each.includes('@'))) {
      expect([name, properties.has(name)]).toEqual([name, true])
    }
    expect(propertiesOf('user').get('assignedLicenses')).toBe('Collection(graph.assignedLicense)')
    expect(propertiesOf('group').get('groupTypes')).toBe('Collection(Edm.String)')
    expect(propertiesOf('driveItem').get('size')).toBe('Edm.Int64')
    expect(propertiesOf('application').get('web')).toBe('graph.webApplication')
    expect(propertiesOf('servicePrincipal').get('appRoles')).toBe('Collection(graph.appRole)')
    expect(people(tenant).first.id).toBe(body['id'])
  })

  it('and the service document have the same collections', async () => {
    const answer = await fetch(`${tenant.graphUrl}/`)
    const { value } = (await answer.json()) as { value: { name: string; kind: string }[] }
    const elements = all(parse(xml))
    expect(value.filter(({ kind }) => kind === 'EntitySet').map(({ name }) => name)).toEqual(
      named(elements, 'EntitySet').map(({ attributes }) => attributes['Name']),
    )
    const token = (await signIn(tenant, { scope: 'openid User.Read' })).access_token
    for (const { name } of value) {
      // Of some there is no list, only what is in it.
      const answers = [`/${name}`, `/${name}/x`].map((path) => graph(tenant, token, 'GET', path))
      const messages = (await Promise.all(answers)).map(({ body }) => JSON.stringify(body))
      const unknown = `Resource not found for the segment '${name}'.`
      expect([name, messages.every((message) => message.includes(unknown))]).toEqual([name, false])
    }
  })
})

/** With those of its base types. */
function propertiesOf(name: string): Map<string, string> {
  const type = named(all(parse(xml)), 'EntityType').find(
    ({ attributes }) => attributes['Name'] === name,
  )
  const base = type?.attributes['BaseType']?.replace('graph.', '')
  return new Map([
    ...(base ? propertiesOf(base) : []),
    ...(type?.children ?? []).map(
      ({ attributes }) => [attributes['Name'] ?? '', attributes['Type'] ?? ''] as const,
    ),
  ])
}
