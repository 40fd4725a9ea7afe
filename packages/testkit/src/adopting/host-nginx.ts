import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../ports.ts'
import { findProgram } from '../setup/packages.ts'
import { until } from '../wait.ts'

/** An nginx on the host itself, in front of a service that publishes a port of its own. */
export interface HostNginx {
  port: number
  /** The line that a person changes, and the reload, which closes connections of its own: no load runs then. */
  sendTo(port: number): Promise<void>
  close(): Promise<void>
}

const config = (folder: string, { port, to }: { port: number; to: number }): string => `
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream app { server 127.0.0.1:${to}; keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`

export async function startHostNginx(to: number): Promise<HostNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  const write = (target: number): Promise<void> => writeFile(file, config(folder, { port, to: target }))
  await write(to)
  const nginx = spawn(findProgram('nginx') ?? 'nginx', ['-c', file, '-g', 'daemon off;'], { stdio: 'ignore' })
  const ended = once(nginx, 'exit')
  await until(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok, {
    withinMs: 20_000,
    what: 'nginx on the host to serve',
  })
  return {
    port,
    sendTo: async (target) => {
      await write(target)
      nginx.kill('SIGHUP')
      await sleep(1_500)
    },
    close: async () => {
      nginx.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
