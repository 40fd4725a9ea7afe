import { request } from 'node:http'
import type { ExampleScene } from '../example-scene.ts'
import { domainOf } from '../scene-driver.ts'

export interface SiteAsked {
  path: string
  /** By default a GET; with a body a POST of it as JSON. */
  body?: unknown
  /** Name in the Host header; the environment's own unless told. */
  host?: string
  /** Where its port is; this machine's loopback unless told. */
  address?: string
}

/** Asks an environment's site on its own port by its name, as a browser would. */
export function askSite(
  { project }: ExampleScene,
  environment: string,
  { path, body, host = domainOf(environment), address = '127.0.0.1' }: SiteAsked,
): Promise<{ status: number; text: string }> {
  const port = project.httpPorts[environment] ?? 0
  const text = body === undefined ? '' : JSON.stringify(body)
  const method = body === undefined ? 'GET' : 'POST'
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-length': Buffer.byteLength(text) }
    const sent = request({ host: address, port, path, method, headers, timeout: 15_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    sent.once('timeout', () => sent.destroy(new Error(`no answer for ${path}`)))
    sent.once('error', reject)
    sent.end(text)
  })
}
