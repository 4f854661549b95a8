/** The back end as it is, for measuring. */
import { buildApp } from '@gatehouse/bff/app'
import { loadConfig } from '../src/config/index.ts'
import { serveMeasured } from './measured-process.ts'

const app = await buildApp(loadConfig(process.env, process.cwd()))
await app.listen({ host: '127.0.0.1', port: 0 })
serveMeasured(Number(new URL(app.listeningOrigin).port))
