import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder } from '../audit/testing/audit-folder.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
  await at.put(
    'web/package-lock.json',
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': {
          name: 'web',
          version: '1.0.0',
          dependencies: { left: '^1.0.0' },
          devDependencies: { right: '~2.0.0' },
        },
        'node_modules/left': { version: '1.3.0', dependencies: { deep: '1' } },
        'node_modules/right': { version: '2.0.1', dev: true },
        'node_modules/deep': { version: '1.0.0' },
      },
    }),
  )
})
afterEach(() => at.close())

describe('towpath deps', () => {
  test('lists what is asked for, what is locked, and what advisories say; a list is no verdict', async () => {
    const { exit, out } = await at.run(['deps', '--advisories', 'osv'])
    await expect(out).toMatchFileSnapshot('golden/deps.txt')
    expect(exit).toBe(0)
  })

  test('gives scripts the fields they read, and does not guess what is newest', async () => {
    const { out } = await at.run(['deps', '--json', '--advisories', 'osv'])
    const { dependencies } = JSON.parse(out) as { dependencies: { name: string }[] }
    expect(dependencies.map(({ name }) => name)).toEqual(['bad', 'good', 'old', 'left', 'right'])
    expect(dependencies[0]).toMatchObject({
      ...{ file: 'Cargo.lock', locked: '1.0.0', newest: null, state: 'bump' },
      advised: {
        advisories: ['RUSTSEC-2025-0001'],
        to: '1.0.1',
        command: 'cargo update -p bad@1.0.0 --precise 1.0.1',
      },
    })
    expect(dependencies[4]).toMatchObject({
      ...{ presence: 'dev-only', state: 'unknown', advised: null },
      askedBy: [{ name: 'web', range: '~2.0.0' }],
    })
  })
})
