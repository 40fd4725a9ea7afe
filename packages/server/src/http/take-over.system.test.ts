import type { HostClaims } from '@towpath/app/ports/host-claims.ts'
import { holdForStep, holdHost, isSetAside } from '@towpath/app/runner/hold-host.ts'
import type { HostClaim } from '@towpath/domain/fleet/host-claim.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { until } from '@towpath/testkit/wait.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { createShopRelease } from './testing/shop.ts'

const host = 'ssh://web-1'
let postgres: ScratchPostgres
let subject: ApiUnderTest
/** What the host remembers. */
let there: HostClaim | null

const same = (one: HostClaim | null, other: HostClaim | null): boolean =>
  one?.fence === other?.fence && one?.head?.hash === other?.head?.hash

const claims: HostClaims = {
  replace: async (expected, claim) => {
    if (!same(there, expected) || (there?.fence ?? 0) > claim.fence) return { replaced: false, found: there }
    there = claim
    return { replaced: true }
  },
}

beforeAll(async () => {
  postgres = await startScratchPostgres()
})
afterAll(async () => await postgres?.stop())

beforeEach(async () => {
  await subject?.close()
  subject = await openApiUnderTest(postgres)
  subject.installation.claimsOf = (docker) => (docker === host ? claims : null)
  subject.installation.fence = 7
  there = null
  await subject.addPrincipal('ops', [{ environment: '*', role: 'admin' }])
})
afterAll(async () => await subject?.close())

const hold = () => holdHost(subject.installation, host)
const events = async (type: 'host.refused' | 'hosts.taken-over') =>
  await subject.installation.store.readEvents({ types: [type] })
const deploy = async (): Promise<{ status: number; code?: string }> => {
  const answer = await subject.ask('POST /v1/environments/production/deployments', {
    as: 'ops',
    body: { release: '1.0.0' },
  })
  return { status: answer.status, ...((await answer.json()) as object) }
}

describe('a controller that is about to act on a host', () => {
  it('signs it with its fence and the head of its ledger, again once that has grown', async () => {
    await hold()
    expect(there).toEqual({ fence: 7, head: await subject.installation.store.head() })
    const first = there
    await subject.addPrincipal('another', [])
    await hold()
    expect(there).toEqual(first)
    const { elapsedMs } = subject.installation
    subject.installation.elapsedMs = () => elapsedMs() + 2_001
    await hold()
    expect(there).toEqual({ fence: 7, head: await subject.installation.store.head() })
  })

  it('goes on where an earlier one of its own ledger acted', async () => {
    there = { fence: 6, head: await subject.installation.store.head() }
    await hold()
    expect(there?.fence).toBe(7)
    expect(await isSetAside(subject.installation)).toBe(false)
  })

  it('leaves it alone where a newer one acts, and records nothing', async () => {
    there = { fence: 8, head: null }
    await expect(hold()).rejects.toMatchObject({ code: 'FENCED' })
    expect(there).toEqual({ fence: 8, head: null })
    expect(await isSetAside(subject.installation)).toBe(false)
  })

  it('is not taken for an old copy where it signed the same host under another address meanwhile', async () => {
    const { store } = subject.installation
    there = { fence: 7, head: await store.head() }
    subject.installation.claimsOf = () => ({
      replace: async (expected, claim) => {
        if (expected === null) {
          await subject.addPrincipal('another', [])
          there = { fence: 7, head: await store.head() }
        }
        return await claims.replace(expected, claim)
      },
    })
    await hold()
    expect(there).toEqual({ fence: 7, head: await store.head() })
    expect(await isSetAside(subject.installation)).toBe(false)
  })

  it('asks again beside its work after a second, and what it learns counts from the next act on', async () => {
    await hold()
    const { elapsedMs } = subject.installation
    subject.installation.elapsedMs = () => elapsedMs() + 1_001
    there = { fence: 8, head: null }
    await hold()
    await until(
      () =>
        hold().then(
          () => null,
          (error) => error as TowpathError,
        ),
      {
        withinMs: 10_000,
        what: 'the newer controller to be noticed',
      },
    )
    await expect(hold()).rejects.toMatchObject({ code: 'FENCED' })
  })
})

describe('a host that is out of reach', () => {
  const away = new TowpathError({
    ...{ code: 'HOST_UNREACHABLE', kind: 'unreachable', message: 'away', hint: 'wait', retryable: true },
  })
  const isAway: HostClaims = { replace: async () => await Promise.reject(away) }

  it('keeps a step from acting that never held it, and leaves it to one that looks or held it before', async () => {
    const { installation } = subject
    installation.claimsOf = () => isAway
    await expect(holdForStep(installation, host, 'start-candidates')).rejects.toThrow(away)
    await holdForStep(installation, host, 'evaluate-gates')
    installation.claimsOf = () => claims
    await hold()
    const { elapsedMs } = installation
    installation.elapsedMs = () => elapsedMs() + 2_001
    installation.claimsOf = () => isAway
    await holdForStep(installation, host, 'start-candidates')
    await expect(hold()).rejects.toThrow(away)
  })
})

describe('an old copy of the ledger', () => {
  const newer: HostClaim = { fence: 5, head: { seq: 4_000, hash: 'e'.repeat(64) } }

  it('is refused by the host, once in the ledger, and says so to whoever looks or asks', async () => {
    await createShopRelease(subject, { version: '1.0.0', maker: 'ops' })
    await deploy()
    there = newer
    for (let tries = 0; tries < 2; tries += 1)
      await expect(hold()).rejects.toMatchObject({ code: 'LEDGER_BEHIND' })
    expect(there).toEqual(newer)
    expect(await events('host.refused')).toMatchObject([{ data: { host, ...newer } }])
    expect(await deploy()).toMatchObject({ code: 'LEDGER_BEHIND' })
    const shown = await subject.ask('GET /v1/environments/production', { as: 'ops' })
    expect(await shown.json()).toMatchObject({ refused: { host, fence: 5, seq: 4_000 } })
  })

  it('acts after a person took over, which is recorded, and not before anybody has reason to', async () => {
    const takeOver = () =>
      subject.ask('POST /v1/ledger/take-over', { as: 'ops', body: { reason: 'restored on purpose' } })
    expect((await takeOver()).status).toBe(409)
    there = newer
    await expect(hold()).rejects.toMatchObject({ code: 'LEDGER_BEHIND' })
    expect(await (await takeOver()).json()).toEqual({ host, fence: 5, seq: 4_000 })
    expect(await events('hosts.taken-over')).toMatchObject([
      { actor: 'ops', data: { fence: 5, reason: 'restored on purpose' } },
    ])
    // The one that knew more acted once more meanwhile: it is taken over from as well.
    there = { fence: 5, head: { seq: 4_001, hash: 'f'.repeat(64) } }
    await hold()
    expect(there).toEqual({ fence: 7, head: await subject.installation.store.head() })
    expect(await isSetAside(subject.installation)).toBe(false)
  })

  it('is refused again where one that started after the take-over was asked for acted', async () => {
    there = newer
    await expect(hold()).rejects.toMatchObject({ code: 'LEDGER_BEHIND' })
    await subject.ask('POST /v1/ledger/take-over', { as: 'ops', body: { reason: 'restored on purpose' } })
    there = { fence: 6, head: { seq: 5_000, hash: 'f'.repeat(64) } }
    await expect(hold()).rejects.toMatchObject({ code: 'LEDGER_BEHIND' })
  })
})
