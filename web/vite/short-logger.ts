import { createLogger, type Logger } from 'vite'

/** Vite's logger; but that the back end does not answer yet is one line, and not a stack for each request. */
export function shortLogger(): Logger {
  const logger = createLogger('warn', { allowClearScreen: false })
  const error = logger.error.bind(logger)
  logger.error = (message, options) => {
    const short = message.includes('ECONNREFUSED') ? (message.split('\n')[0] ?? '') : message
    error(short, options)
  }
  return logger
}
