import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startRegistry } from './registry.ts'

const v2 = (host: string, headers: Record<string, string> = {}) => fetch(`http://${host}/v2/`, { headers })

test('an open registry answers anybody, on loopback', async () => {
  const registry = await startRegistry()
  expect(registry.host).toMatch(/^127\.0\.0\.1:\d+$/)
  expect((await v2(registry.host)).status).toBe(200)
  await registry.stop()
  await expect(v2(registry.host)).rejects.toThrow('fetch failed')
})

test('a registry with an account answers its holder only', async () => {
  const registry = await startRegistry({ auth: { user: 'ci', password: 's3cret' } })
  const as = (password: string) => v2(registry.host, { authorization: `Basic ${btoa(`ci:${password}`)}` })
  expect((await v2(registry.host)).status).toBe(401)
  expect((await as('wrong')).status).toBe(401)
  expect((await as('s3cret')).status).toBe(200)
  await registry.stop()
})

test('a registry that went down comes back at its address with its blobs', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'towpath-registry-test-'))
  const first = await startRegistry({ dataDir })
  const begun = await fetch(`http://${first.host}/v2/a/blobs/uploads/`, { method: 'POST' })
  const digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
  const put = await fetch(`${begun.headers.get('location')}&digest=${digest}`, {
    method: 'PUT',
    body: 'hello',
  })
  expect(put.status).toBe(201)
  await first.stop()
  const again = await startRegistry({ dataDir, port: Number(first.host.split(':')[1]) })
  const blob = await fetch(`http://${again.host}/v2/a/blobs/${digest}`)
  expect(await blob.text()).toBe('hello')
  await again.stop()
  await rm(dataDir, { recursive: true, force: true })
})
