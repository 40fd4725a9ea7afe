import type { ApiUnderTest } from './api-under-test.ts'

const config = `version: 1
project: shop
services:
  backend:
    compose: web
    image: registry.test/shop/backend
    health: {path: /health, port: 4000}
defaults:
  host: {folder: /srv/shop}
environments:
  staging: {}
  production: {approvals: 1}
  guarded: {}
`

const compose = `services:
  web:
    image: registry.test/shop/backend:1
    ports: ["4000:4000"]
`

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Files of a small project, as a release brings them. */
export const shopFiles = (): Record<string, string> => ({
  'towpath.yaml': base64(config),
  'docker-compose.yaml': base64(compose),
})

/** What creates a release of the shop. */
export const shopRelease = (version: string, files = shopFiles()): object => ({
  version,
  schema: 'none',
  files,
})

/** Pushes an image of that version, and creates the release as `maker`. */
export async function createShopRelease(
  { ask, registry }: Pick<ApiUnderTest, 'ask' | 'registry'>,
  { version, maker, files }: { version: string; maker: string; files?: Record<string, string> },
): Promise<Response> {
  registry.push(
    `registry.test/shop/backend:${version}`,
    `sha256:${Buffer.from(version).toString('hex').padEnd(64, '0')}`,
  )
  return await ask('POST /v1/releases', { as: maker, body: shopRelease(version, files) })
}
