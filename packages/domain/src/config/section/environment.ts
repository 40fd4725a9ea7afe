import { z } from 'zod'
import { HOST_ADDRESS_PATTERN, parseHostAddress } from '../../environment/host-address.ts'
import { parseFreezeWindow } from '../freeze-window.ts'
import {
  byteSize,
  duration,
  hostPath,
  name,
  port,
  relativePath,
  section,
  text,
  wholeNumber,
} from './field.ts'
import { gates } from './gates.ts'
import { strategy } from './strategy.ts'

const SETTING = 'var:[A-Za-z_][A-Za-z0-9_]*'
const engine = 'unix:///PATH, ssh://USER@HOST or var:NAME'

const address = () =>
  text(engine, new RegExp(`^(?:${HOST_ADDRESS_PATTERN}|${SETTING})$`), 'ssh://deploy@app.example.com').refine(
    (written) => written.startsWith('var:') || parseHostAddress(written) !== null,
    { error: engine },
  )

/** Where an environment runs. */
export const host = section({
  docker: address()
    .default('unix:///var/run/docker.sock')
    .describe('The Docker Engine: a socket of this machine, or `ssh://[USER@]HOST[:PORT][/SOCKET]`.'),
  folder: z
    .union([text('var:NAME', new RegExp(`^${SETTING}$`), 'var:HOST_FOLDER'), hostPath()], {
      error: 'an absolute path on the host, such as /srv/app/{environment}, or var:NAME',
    })
    .describe(
      "The project's folder on the host: relative paths of the compose file start here. Required, here or in defaults.",
    ),
  disk_free: byteSize().default('2GB').describe('Room that must be free before a deployment starts.'),
})

const HOST_NAME = '(?=[^/]{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\\.[a-z0-9](?:[a-z0-9-]{0,62}))*'
const hostName = () =>
  text('a host name such as staging.example.com', new RegExp(`^${HOST_NAME}$`), 'staging.example.com')

const MAPPED_PATH = /^(?:\.\/|\/)(?!(?:.*\/)?\.\.(?:\/|$))(?:[^\\{}\r\n\t]|\{environment\}){0,255}$/

const map = section({
  project: text('the name of a compose project', /^[a-z0-9][a-z0-9_-]{0,62}$/, 'shop')
    .optional()
    .describe(
      'The compose project as it runs on the host already: `adopt` takes it over, `mode: watch` looks for it (else PROJECT-ENVIRONMENT, or the one started from `host.folder`).',
    ),
  paths: z
    .record(
      text('a bind-mount source of the compose file', /^[^\r\n\0{}]{1,256}$/, './nginx/conf.d'),
      text('a path on the host, absolute or ./ in its folder', MAPPED_PATH, './nginx/{environment}'),
      { error: 'a map of paths' },
    )
    .default({})
    .describe('Bind-mount source of the compose file -> another path on the host.'),
  ports: z
    .record(text('a published port', /^[1-9]\d{0,4}(?::[1-9]\d{0,4})?$/, '80'), port(), {
      error: 'a map of ports',
    })
    .refine((ports) => new Set(Object.values(ports)).size === Object.keys(ports).length, {
      error: 'sends two ports to the same one',
    })
    .default({})
    .describe('Published port of the compose file, or `published:inside` -> another port on the host.'),
  names: text('the start of a container name', /^(?:[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39})?$/, 'staging-')
    .default('')
    .describe(
      'Put before the names that the compose file fixes, so that two environments fit on one Docker Engine.',
    ),
  domains: z
    .record(hostName(), hostName(), { error: 'a map of host names' })
    .default({})
    .describe('Host name in variables, labels and commands of the compose file -> another one.'),
})

const freezeWindow = text(
  'a weekly window such as Fri 16:00-Mon 08:00 Europe/Berlin',
  /^[A-Z][a-z]{2} \d\d:\d\d-[A-Z][a-z]{2} \d\d:\d\d [A-Za-z0-9_+/-]{1,64}$/,
  'Fri 16:00-Mon 08:00 Europe/Berlin',
).check((context) => {
  const reading = parseFreezeWindow(context.value)
  if (reading.ok) return
  context.issues.push({
    code: 'custom',
    input: context.value,
    message: reading.message,
    params: { hint: reading.hint },
  })
})

const sharedFields = {
  settings: z
    .union([relativePath('template'), z.array(relativePath('template'))], {
      error: 'a path or a list of paths',
    })
    .default([])
    .describe('Plain dotenv files, later over earlier.'),
  secrets: relativePath('template').optional().describe('Age-encrypted dotenv file.'),
  map: map.prefault({}).describe('What this environment renames without touching the compose file.'),
  strategy: strategy.prefault({}).describe('How a release replaces the one before.'),
  keep: wholeNumber(1, 50).default(5).describe('Releases kept on the host besides the live one.'),
  approvals: wholeNumber(0, 10).default(0).describe('Distinct people who must approve, never the author.'),
  gates: gates.prefault({}).describe('What signed evidence a release must have before it is deployed.'),
  freeze: z
    .array(freezeWindow, { error: 'a list of weekly windows' })
    .max(50, { error: 'a list of at most 50 windows' })
    .default([])
    .describe('Weekly windows without deployments. A rollback is never frozen.'),
}

const mode = z
  .enum(['deploy', 'watch'], { error: 'deploy or watch' })
  .default('deploy')
  .describe(
    "`watch` touches nothing: the team's own workflow deploys, and Towpath records what it would have blocked or taken back.",
  )

const isLocal = (docker: string): boolean => docker.startsWith('unix:')

/** Several hosts instead of `host.docker`. */
const hosts = z
  .record(name('a host'), address(), { error: 'a map of hosts' })
  .refine((all) => new Set(Object.values(all)).size === Object.keys(all).length, {
    error: 'names one engine twice',
  })
  .refine((all) => Object.values(all).filter(isLocal).length <= 1, {
    error: 'has two engines of this machine; one of them at most can be a socket here',
  })

const environmentFields = {
  ...sharedFields,
  mode,
  hosts: hosts
    .default({})
    .describe(
      'Several hosts instead of `host.docker`: name -> engine. Each runs the whole release; the first is the canary of the others.',
    ),
  hosts_at_once: wholeNumber(1, 50)
    .default(1)
    .describe('Of `hosts`, how many get a release at a time once the first serves it.'),
  domain: text(
    'a host name such as staging.example.com, or var:NAME',
    new RegExp(`^(?:${SETTING}|${HOST_NAME})$`),
    'staging.example.com',
  )
    .optional()
    .describe('Host name that the edge answers to.'),
  needs: z
    .record(
      name('an environment'),
      section({
        baked: duration('0s', '30d')
          .default('0s')
          .describe('How long it must have run there without trouble.'),
      }),
      { error: 'a map with one environment' },
    )
    .refine((needs) => Object.keys(needs).length === 1, { error: 'names more or less than one environment' })
    .optional()
    .describe('Environment that must have run the same release first.'),
}

const writtenHost = host.partial({ folder: true }).prefault({}).describe('Where it runs.')

/** What all environments share unless they say otherwise. */
export const defaults = section({ host: writtenHost, ...sharedFields })

/** An environment as written: what it leaves out comes from `defaults`, then from the built-in values. */
export const environment = section({ host: writtenHost, ...environmentFields })

/** An environment after the merge: nothing left out. */
export const completeEnvironment = section({ host, ...environmentFields })
export type CompleteEnvironment = z.output<typeof completeEnvironment>
