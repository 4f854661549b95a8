import type { Plugin } from 'vite'

/** Says which port is taken and which variable chooses another one. */
export function portTaken(port: number): Plugin {
  return {
    name: 'port-taken',
    apply: 'serve',
    configureServer(server) {
      server.httpServer?.prependListener('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') return
        server.config.logger.error(
          `Port ${port} is taken. Stop what listens there, or choose another port with WEB_PORT.`,
        )
      })
    },
  }
}
