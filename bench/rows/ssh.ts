import { dockerEngine } from '@towpath/adapters/container-engine/docker/engine.ts'
import { engineOver } from '@towpath/adapters/host/ssh/remote-engine.ts'
import { sshHosts } from '@towpath/adapters/host/ssh/ssh-hosts.ts'
import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import type { SshTestHost } from '@towpath/testkit/ssh-host.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { measureSafely } from '../measure-safely.ts'
import { interleave, median, timed } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { blueGreen, openScene } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'
import { medianSteps, stepsOf, untilSwitched } from './deploy-time.ts'
import type { Step } from './deploy-time.ts'

const callLimit = 3
const deployLimit = 1.3
/** Ways there and back that a step may cost beside its work. */
const waysPerStep = 2

/** This machine twice: by its own socket, and through an `sshd` of the benchmark's own with nothing in between. */
export const ssh: Group = {
  name: 'hosts over SSH',
  run: async (options: RunOptions): Promise<Row[]> => {
    if (!mayStartSshHost)
      throw new Error('an sshd of our own needs Linux, root and the package openssh-server')
    const host = await startSshHost({ engineSocket: dockerSocket() })
    return await closing(
      () => host.close(),
      async () => {
        const { rows, wayMs } = await callTime(host, options.quick ? 21 : 201)
        const deploys = await measureSafely(
          'deploy over SSH',
          () => deployTime(host, wayMs, options),
          options.say,
        )
        return [...rows, ...deploys]
      },
    )
  },
}

/** Also how long one way there and back takes, to the shell that is there. */
async function callTime(host: SshTestHost, times: number): Promise<{ rows: Row[]; wayMs: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'tp-bench-'))
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const redact = (text: string): string => text
  const hosts = await sshHosts({ folder: join(folder, 'ssh'), configFile: host.configFile, log, redact })
  const close = async (): Promise<void> => {
    await hosts.close()
    await rm(folder, { recursive: true, force: true })
  }
  return await closing(close, async () => {
    const address = parseHostAddress(host.directAddress) as SshHost
    const link = hosts.linkTo(address)
    const secrets = (): Map<string, string> => new Map()
    const here = dockerEngine({ socketPath: dockerSocket(), secrets })
    const there = dockerEngine({ ...engineOver(link, address), secrets })
    const contenders = {
      here: () => timed(() => here.list({ 'towpath.nobody': 'x' })),
      there: () => timed(() => there.list({ 'towpath.nobody': 'x' })),
      way: () => timed(() => link.run(':', 'look')),
    }
    // The first calls compile what they run, log in and open what is kept open.
    await interleave(contenders, 10)
    const took = await interleave(contenders, times)
    const [hereMs, thereMs, wayMs] = [median(took.here), median(took.there), median(took.way)]
    return {
      rows: [
        limited('one engine call over SSH, over the local socket', {
          ...{ value: thereMs / hereMs, unit: 'x', limit: callLimit },
        }),
        beside('engine call: local socket', hereMs, 'ms'),
        beside('engine call: over SSH', thereMs, 'ms'),
        beside('one script on the host over SSH', wayMs, 'ms'),
      ],
      wayMs,
    }
  })
}

/** The same releases to the same engine, in turns. */
async function deployTime(host: SshTestHost, wayMs: number, { rounds, say }: RunOptions): Promise<Row[]> {
  const here = await openScene()
  return await closing(
    () => here.close(),
    async () => {
      const there = await openScene({
        host: host.directAddress,
        env: { TOWPATH_SSH_CONFIG: host.configFile },
      })
      return await closing(
        () => there.close(),
        () => compared({ here, there, wayMs }, { rounds, say }),
      )
    },
  )
}

async function compared(
  { here, there, wayMs }: { here: BenchScene; there: BenchScene; wayMs: number },
  { rounds, say }: Pick<RunOptions, 'rounds' | 'say'>,
): Promise<Row[]> {
  const ship = (bench: BenchScene, steps: Step[][]) => async (): Promise<number> => {
    const events = await bench.events((await bench.ship()).id)
    steps.push(stepsOf(events))
    return untilSwitched(events)
  }
  const steps: Record<'here' | 'there', Step[][]> = { here: [], there: [] }
  for (const bench of [here, there]) await bench.goBy({ ...blueGreen, bake: '0s' })
  const took = await interleave({ here: ship(here, steps.here), there: ship(there, steps.there) }, rounds)
  const [hereMs, thereMs] = [median(took.here), median(took.there)]
  say(`  here ${took.here.map(Math.round).join(', ')}; over SSH ${took.there.map(Math.round).join(', ')} ms`)
  const each = medianSteps(steps.there)
  const allowedMs = each.length * waysPerStep * wayMs
  return [
    limited('deploy over SSH less two ways a step, over a local one', {
      ...{ value: (thereMs - allowedMs) / hereMs, unit: 'x', limit: deployLimit },
    }),
    beside('deploy here: accepted to all traffic switched', hereMs, 'ms'),
    beside('deploy over SSH: accepted to all traffic switched', thereMs, 'ms'),
    ...medianSteps(steps.here).flatMap(({ name, ms }) => [
      beside(`deploy here: until ${name}`, ms, 'ms'),
      beside(
        `deploy over SSH: until ${name}`,
        each.find((step) => step.name === name)?.ms ?? Number.NaN,
        'ms',
      ),
    ]),
  ]
}
