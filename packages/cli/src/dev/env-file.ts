/**
 * Reads `.env` beside the configuration, in which `npm run register` writes the client secret. It is for this
 * machine only; a deployment sets its environment itself. Variables that are already set take precedence.
 */

import { existsSync } from 'node:fs'
import { folderOf } from '../files/folder.ts'

const { env: file } = folderOf(process.env)

if (existsSync(file)) process.loadEnvFile(file)
