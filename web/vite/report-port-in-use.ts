import type { Plugin } from 'vite'

/** Says which port cannot be opened, and which variable chooses another one. */
export function reportPortInUse(port: number): Plugin {
  return {
    name: 'report-port-in-use',
    apply: 'serve',
    configureServer(server) {
      server.httpServer?.prependListener('error', ({ code }: NodeJS.ErrnoException) => {
        const { logger } = server.config
        if (code === 'EADDRINUSE') {
          logger.error(
            `Port ${port} is in use. Stop the other program, or set WEB_PORT to another port.`,
          )
        }
        if (code === 'EACCES') {
          logger.error(
            `Port ${port} is not open to this user (EACCES). Set WEB_PORT to another port, above 1023.`,
          )
        }
      })
    },
  }
}
