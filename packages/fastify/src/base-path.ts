/**
 * The path of `publicUrl`, for an app that shares its host with others: `/people`. Inside of the app no path has it.
 * It is taken off where a request comes in (`plugins/base-path.ts`), and added to what browsers are told.
 */

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * The path of `publicUrl`, such as `/people`; empty without one. Routes and `request.url` do not have it. An address
     * that a browser is told begins with it: `reply.redirect(app.basePath + '/users')`.
     */
    basePath: string
  }
}

/**
 * A path of this app as browsers see it.
 *
 * @param address a path of the app, or the address of another site, which stays as it is
 */
export function publicAddress(basePath: string, address: string): string {
  return address.startsWith('/') ? basePath + address : address
}

/**
 * What the names of an app's cookies end with. `__Host-` cookies are sent to the whole host, so the names tell the
 * apps of a host apart. `~` is in no path that the configuration takes and in no other name, so two paths never
 * have the same name.
 */
export function cookieSuffix(basePath: string): string {
  return basePath.replaceAll('/', '~')
}
