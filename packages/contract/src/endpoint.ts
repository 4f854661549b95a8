/**
 * Describes the endpoints of an API once, in the package that the page and the back end share. From it follow the types
 * of `useApi` and `useApiMutation` in a page, the checks and types of the route, and the OpenAPI document.
 */
import type { Static, TObject, TSchema } from 'typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Method and path, such as `PATCH /api/notes/:id`. */
export type EndpointName = `${Method} /${string}`

/** What goes over the wire at one endpoint. */
export interface EndpointSchemas {
  /** What the endpoint is for, in a few words: the OpenAPI document shows it. */
  summary?: string
  /** The parameters of the path, if they are more than any text: `Type.Object({ id: Guid })`. */
  params?: TObject
  /** The query of the address. */
  query?: TObject
  /** The JSON body. A GET has none. */
  body?: TSchema
  /** The JSON of the answer with any status 2xx, an allow-list: no other field is sent. Without one, the answer is 204. */
  answer?: TSchema
}

export type EndpointList = Readonly<Record<EndpointName, EndpointSchemas>>

/** One endpoint of a list: its schemas, and the two parts of its name. */
export type Endpoint<
  Name extends EndpointName = EndpointName,
  Schemas extends EndpointSchemas = EndpointSchemas,
> = Schemas & { readonly method: MethodOf<Name>; readonly path: PathOf<Name> }

/** What `defineEndpoints` makes of a list. */
export type Endpoints<List extends EndpointList = EndpointList> = {
  readonly [Name in keyof List & EndpointName]: Endpoint<Name, List[Name]>
}

export type MethodOf<Name> = Name extends `${infer Verb extends Method} ${string}` ? Verb : never
export type PathOf<Name> = Name extends `${Method} ${infer Path}` ? Path : never

/** The names of a path's parameters: `'id'` for `/api/notes/:id`. */
export type ParameterNames<Path> = Path extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | ParameterNames<`/${More}`>
    : Rest
  : never

/** What a caller of an endpoint passes: `params`, `query` and `body`, as far as the endpoint has them. */
export type EndpointInput<E> = ParamsInput<E> & QueryInput<E> & BodyInput<E>

/** What an endpoint answers; undefined for a 204. */
export type EndpointAnswer<E> = E extends { answer: infer Schema extends TSchema }
  ? Static<Schema>
  : undefined

/** The parameters of an endpoint's path. */
export type EndpointParams<E> = E extends { params: infer Schema extends TObject }
  ? Static<Schema>
  : E extends { path: infer Path }
    ? Record<ParameterNames<Path>, string>
    : never

type ParamsInput<E> = E extends { path: infer Path }
  ? [ParameterNames<Path>] extends [never]
    ? unknown
    : { params: EndpointParams<E> }
  : never

type QueryInput<E> = E extends { query: infer Schema extends TObject }
  ? {} extends Static<Schema>
    ? { query?: Static<Schema> }
    : { query: Static<Schema> }
  : unknown

type BodyInput<E> = E extends { body: infer Schema extends TSchema }
  ? { body: Static<Schema> }
  : unknown

/**
 * Describes an app's endpoints:
 *
 *     export const endpoints = defineEndpoints({
 *       'GET /api/notes/:id': { answer: Note },
 *       'PATCH /api/notes/:id': { body: NoteChange, answer: Note },
 *     })
 *
 * @returns the list, in which every endpoint knows its `method` and `path`
 * @throws TypeError if a name is no method and path, if a GET has a body, or if `params` has not the names of the path
 */
export function defineEndpoints<const List extends EndpointList>(list: List): Endpoints<List> {
  const entries = Object.entries<EndpointSchemas>(list).map(([name, schemas]) => {
    const [, method, path] = nameParts.exec(name) ?? []
    if (!method || !path) {
      throw new TypeError(`"${name}" is no endpoint. Write a method and a path: "GET /api/notes".`)
    }
    checkSchemas(name, method, path, schemas)
    return [name, Object.freeze({ ...schemas, method, path })]
  })
  return Object.freeze(Object.fromEntries(entries)) as Endpoints<List>
}

const nameParts = /^(GET|POST|PUT|PATCH|DELETE) (\/[\w\-./:~]*)$/

function checkSchemas(name: string, method: string, path: string, schemas: EndpointSchemas): void {
  if (method === 'GET' && schemas.body) throw new TypeError(`"${name}" has a body. A GET has none.`)
  const inPath = parameterNames(path).toSorted()
  const described = Object.keys(schemas.params?.properties ?? {}).toSorted()
  if (schemas.params && described.join() !== inPath.join()) {
    throw new TypeError(
      `"${name}" has the parameters ${inPath.join(', ') || 'none'}, and \`params\` has ${described.join(', ') || 'none'}.`,
    )
  }
}

function parameterNames(path: string): string[] {
  return [...path.matchAll(/\/:(\w+)/g)].map(([, name = '']) => name)
}
