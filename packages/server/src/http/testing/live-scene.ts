import { gzipSync } from 'node:zlib'
import { matchAll } from '@towpath/app/live-findings/keep-findings.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { EventType, LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { openApiUnderTest } from './api-under-test.ts'
import type { ApiUnderTest } from './api-under-test.ts'
import { endDeployment } from './end-deployment.ts'
import { createShopRelease } from './shop.ts'

/** What advisories say of one package of npm: versions below `fixed` are flawed. */
export interface SomeFlaw {
  id: string
  name: string
  fixed: string
  rating: string
  newest: string
}

export const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()

export const flaw: SomeFlaw = {
  ...{ id: 'GHSA-aaaa', name: 'left', fixed: '1.0.1', rating: 'HIGH' },
  newest: hoursAgo(1),
}

/** Digest of the image that the shop pushes for a version. */
export const imageOf = (version: string): string =>
  `sha256:${Buffer.from(version).toString('hex').padEnd(64, '0')}`

export interface ToldRelease {
  release: string
  verdict: string
  findings: object[]
  unknowns: string[]
}

export interface ToldFindings {
  advisories: { count: number } | null
  items: { live: string; incidents: object[]; releases: ToldRelease[] }[]
}

/** The API over an environment `guarded` in which releases go live, with `maker` as the admin of all. */
export class LiveScene {
  readonly api: ApiUnderTest

  private constructor(api: ApiUnderTest) {
    this.api = api
  }

  static async open(postgres: ScratchPostgres): Promise<LiveScene> {
    const scene = new LiveScene(await openApiUnderTest(postgres))
    await scene.api.addPrincipal('maker', [{ environment: '*', role: 'admin' }])
    return scene
  }

  get installation(): Installation {
    return this.api.installation
  }

  close = (): Promise<void> => this.api.close()

  /** A release whose image ships these packages of npm; with null, nobody brought a scan. */
  goLive = async (version: string, packages: Record<string, string> | null): Promise<void> => {
    await createShopRelease(this.api, { version, maker: 'maker' })
    if (packages !== null) await this.bringScan(version, packages)
    const asked = await this.api.ask('POST /v1/environments/guarded/deployments', {
      as: 'maker',
      body: { release: version },
    })
    await endDeployment(this.api, ((await asked.json()) as { id: string }).id, 'live')
  }

  bringScan = async (
    version: string,
    packages: Record<string, string>,
    findings: object[] = [],
  ): Promise<void> => {
    const image = imageOf(version)
    const components = Object.entries(packages).map(([name, own]) => ({
      ...{ ecosystem: 'npm', name, version: own, source: 'registry', presence: 'shipped' },
      ...{ path: `app/node_modules/${name}`, origin: null },
    }))
    const document = {
      ...{ kind: 'scan', tool: { name: 'towpath', version: '1' }, findings, unknowns: [] },
      lockfiles: [{ file: 'image.tar', components: components.length }],
      advisories: { newest: new Date().toISOString(), count: 1 },
      inventory: { images: [{ digest: image }], components },
    }
    const text = Buffer.from(JSON.stringify(document)).toString('base64')
    const body = { document: text, name: 'scan.json', subject: { image } }
    const answer = await this.api.ask('POST /v1/evidence', { as: 'maker', body })
    if (answer.status !== 201) throw new Error(await answer.text())
  }

  /** A snapshot of advisories as `towpath advisories send` brings it; each covers npm, and says so of a package that is nowhere. */
  send = async (
    flaws: readonly SomeFlaw[],
    given: { exploited?: string[]; as?: string; replace?: boolean } = {},
  ): Promise<Response> => {
    const { exploited = [], as = 'maker', replace = false } = given
    const all = [{ ...flaw, id: 'GHSA-other', name: 'not-there' }, ...flaws]
    const lines = all.map(
      ({ id, name, fixed, rating, newest }) =>
        `${name}\t${JSON.stringify({ i: id, a: ['CVE-2026-7'], m: newest, r: rating, n: [['0', fixed]] })}`,
    )
    return await this.api.ask('POST /v1/advisories', {
      as,
      body: {
        ...{ source: 'a test', newest: all.at(-1)?.newest, count: all.length, unread: 0, partial: [] },
        ...{ ecosystems: { npm: gzipSync(lines.join('\n')).toString('base64') }, exploited, scores: {} },
        replace,
      },
    })
  }

  /** One look of the standing work. Throws where it failed. */
  look = async (installation = this.installation): Promise<void> => {
    if (!(await matchAll(installation, new AbortController().signal))) throw new Error('the look failed')
  }

  eventsOf = async <T extends EventType>(type: T): Promise<(LedgerEvent & { type: T })[]> =>
    (await this.installation.store.readEvents({ types: [type], limit: 1_000 })) as (LedgerEvent & {
      type: T
    })[]

  findings = async (query = 'live=true'): Promise<ToldFindings> => {
    const answer = await this.api.ask(`GET /v1/findings?environment=guarded&${query}`, { as: 'maker' })
    return (await answer.json()) as ToldFindings
  }

  live = async (): Promise<ToldRelease | undefined> => (await this.findings()).items[0]?.releases[0]
}
