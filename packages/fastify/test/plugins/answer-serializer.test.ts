import * as fc from 'fast-check'
import fastJson from 'fast-json-stringify'
import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { answerSerializer } from '../../src/endpoint/schemas.ts'

const OrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const Person = Type.Object({ id: Type.String(), mail: OrNull, age: Type.Optional(Type.Integer()) })
const People = Type.Object({
  people: Type.Array(Person),
  next: OrNull,
  owner: Type.Union([Person, Type.Null()]),
})

const written = (schema: TSchema, answer: unknown): unknown =>
  JSON.parse(answerSerializer({ schema })(answer))
const ada = { id: '1', mail: null }

/** Owns other members than those that one reads from it. */
class Account {
  readonly secret = 'hash'
  readonly salt = 'x'
  get id() {
    return '1'
  }
  get mail() {
    return null
  }
}

class Entity {
  readonly id = '1'
  readonly mail = null
  toJSON() {
    return { id: this.id, mail: this.mail, secret: 'hash' }
  }
}

describe('the JSON of an answer', () => {
  it.each([
    ['as described', ada],
    ['with more members', { ...ada, secret: 'hash' }],
    ['of a class that has its members from getters', new Account()],
    ['of a class that writes itself', new Entity()],
    [
      'with a member of its own that writes',
      { ...ada, toJSON: () => ({ ...ada, secret: 'hash' }) },
    ],
    ['with a prototype that is an object', Object.assign(Object.create({ secret: 'hash' }), ada)],
    ['without a prototype', Object.assign(Object.create(null), ada)],
  ])('has what the schema names: a person %s', (_name, person) => {
    const inList = { people: [ada, person], next: null, owner: null }
    const alone = { people: [], next: null, owner: person }
    expect(written(People, inList)).toEqual({ ...inList, people: [ada, ada] })
    expect(written(People, alone)).toEqual({ ...alone, owner: ada })
  })

  it('is not what a list writes by itself', () => {
    const people = Object.assign([ada], { toJSON: () => 'hash' })
    expect(answerSerializer({ schema: People })({ people, next: null, owner: null })).not.toContain(
      'hash',
    )
  })

  it('leaves out what is undefined, and fills in what the schema presets', () => {
    const Preset = Type.Object({ a: Type.Optional(Type.String({ default: 'x' })) })
    expect(written(Person, { ...ada, age: undefined })).toEqual(ada)
    expect(written(Preset, {})).toEqual({ a: 'x' })
  })

  it('fails if a member is missing', () => {
    expect(() => answerSerializer({ schema: Person })({ id: '1' })).toThrow('"mail" is required')
  })

  it('of schemas that leave something open has what they let in', () => {
    const Open = Type.Object({ a: Type.String() }, { additionalProperties: true })
    const Empty = Type.Object({ a: Type.Unsafe({ type: 'object' }) })
    const Tuple = Type.Unsafe({ type: 'array', items: [Person] })
    const Both = Type.Intersect([
      Type.Object({ a: Type.String() }),
      Type.Object({ b: Type.String() }),
    ])
    expect(written(Open, { a: 'x', b: 1 })).toEqual({ a: 'x', b: 1 })
    expect(written(Empty, { a: { secret: 'hash' } })).toEqual({ a: {} })
    expect(written(Both, { a: 'x', b: 'y', secret: 'hash' })).toEqual({ a: 'x', b: 'y' })
    expect(written(Tuple, [{ ...ada, secret: 'hash' }])).toEqual([ada])
    expect(written(Type.Array(Type.Unknown()), [1, { a: [] }])).toEqual([1, { a: [] }])
    expect(written(Type.Record(Type.String(), Type.Integer()), { a: 1 })).toEqual({ a: 1 })
  })

  it.each(['</script>', '\u2028', '\ud800', '"\\\u0000', '😀', ''])('keeps the text %j', (text) => {
    expect(written(Person, { id: text, mail: text })).toEqual({ id: text, mail: text })
  })

  it('is that of Fastify’s serializer for every answer', () => {
    const bySchema = fastJson(People)
    const serialize = answerSerializer({ schema: People })
    const text = fc.string({ unit: 'binary' })
    const person = fc.record(
      {
        id: text,
        mail: fc.option(text),
        age: fc.integer(),
        secret: fc.jsonValue(),
      },
      { requiredKeys: ['id', 'mail'] },
    )
    const answer = fc.record({
      people: fc.array(person),
      next: fc.option(text),
      owner: fc.option(person),
    })
    fc.assert(
      fc.property(answer, (one) => {
        expect(JSON.parse(serialize(one))).toEqual(JSON.parse(bySchema(one)))
      }),
    )
  })
})
