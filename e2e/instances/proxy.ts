/** nginx in front of the instances, as the docs recommend: it ends TLS, and keeps connections to them open. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:net'
import { findProgram } from '@gatehouse/test-support/ensure-program'
import { makeCertificate } from '../certificate.ts'
import { eventually } from './eventually.ts'
import { runProgram } from './program.ts'

export interface Proxy {
  origin: string
  /** The certificate that browsers have to trust, PEM. */
  certificate: string
  /** Its log of every request so far. */
  passed(): Passed[]
  end(): Promise<unknown>
}

/** A line of the log. A request that was forwarded twice has two instances. */
interface Passed {
  status: number
  /** `127.0.0.1:PORT`, in the order of the attempts. */
  instances: string[]
  /** The status of each; 502 if it did not answer. */
  answers: number[]
}

/** The instances by the path that they have of the host, such as `/people`; an empty path is the rest of the host. */
type Paths = Readonly<Record<string, readonly number[]>>

/**
 * @param folder for its files
 * @param port to listen on, with TLS
 * @param paths the ports of the instances, by path
 * @param host the Host that it passes on, as nginx writes it: what the browser sent, or `$proxy_host`, nginx's default
 */
export async function startProxy(
  folder: string,
  port: number,
  paths: Paths,
  host: '$http_host' | '$proxy_host' = '$http_host',
): Promise<Proxy> {
  const at = join(folder, 'nginx')
  mkdirSync(at)
  const { certificate } = makeCertificate(at)
  const log = join(at, 'passed.log')
  writeFileSync(join(at, 'nginx.conf'), configuration(at, port, paths, host))
  const nginx = findProgram('nginx') ?? 'nginx'
  const program = runProgram(nginx, ['-p', at, '-c', join(at, 'nginx.conf'), '-e', 'stderr'])
  try {
    await eventually('nginx listens', () => listens(port))
  } catch (error) {
    await program.end('SIGKILL')
    throw new Error(`nginx does not start: ${program.output()}`, { cause: error })
  }
  return {
    origin: `https://localhost:${port}`,
    certificate,
    passed: () => (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').flatMap(parse),
    end: () => program.end('SIGTERM'),
  }
}

/** After a connection error nginx tries the next instance, but only with requests that may be repeated. */
function configuration(at: string, port: number, paths: Paths, host: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${at}/${kind};`,
  )
  const apps = Object.entries(paths).map(([path, instances], index) => ({
    path,
    instances,
    name: `gatehouse${index}`,
  }))
  return `
daemon off;
master_process off;
pid ${at}/nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  ${temporary.join('\n  ')}
  log_format passed '$status|$upstream_addr|$upstream_status';
  access_log ${at}/passed.log passed;
  ${apps.map(({ name, instances }) => upstream(name, instances)).join('\n')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${at}/certificate.pem;
    ssl_certificate_key ${at}/key.pem;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host ${host};
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 2s;
    proxy_next_upstream error timeout;
    ${apps.flatMap(({ path, name }) => locations(path, name)).join('\n    ')}
  }
}
`
}

function upstream(name: string, instances: readonly number[]): string {
  const servers = instances.map(
    (instance) => `server 127.0.0.1:${instance} max_fails=1 fail_timeout=1s;`,
  )
  return `upstream ${name} {
    ${servers.join('\n    ')}
    keepalive 16;
  }`
}

/** Without a path behind the name of the upstream, nginx passes the path of the request on as it came. */
function locations(path: string, name: string): string[] {
  const pass = `{ proxy_pass http://${name}; }`
  return [`location ${path}/ ${pass}`, ...(path === '' ? [] : [`location = ${path} ${pass}`])]
}

function parse(line: string): Passed[] {
  const [status, instances = '', answers = ''] = line.split('|')
  if (!status) return []
  return [
    { status: Number(status), instances: list(instances), answers: list(answers).map(Number) },
  ]
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
