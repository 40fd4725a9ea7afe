import { randomBytes } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sealSettings } from '@towpath/adapters/secret-store/age.ts'
import { editYaml } from '@towpath/domain/config/edit-yaml.ts'
import type { YamlEdit } from '@towpath/domain/config/edit-yaml.ts'
import type { ManagedDatabase } from './postgres.ts'

export interface ExampleProject {
  /** Holds towpath.yaml and the compose file, as a checkout would. */
  folder: string
  /** The project's name: its own for this run, so that two runs share one engine without meeting. */
  name: string
  /** Published ports of each environment's nginx on 127.0.0.1. */
  httpPorts: Record<string, number>
}

/** How the example's releases go over; as in `towpath.yaml`. Services that are not named go blue-green. */
export interface ExampleStrategy {
  drain: string
  bake: string
  warm: string
  services?: Record<string, string | Record<string, unknown>>
  verdict?: Record<string, unknown>
}

export interface ExampleProjectFacts {
  folder: string
  registryHost: string
  nginxImage: string
  /** Age recipient of the server. */
  recipient: string
  databases: Record<'staging' | 'production', ManagedDatabase>
  httpPorts: Record<'staging' | 'production', number>
  strategy: ExampleStrategy
  stagingBaked: string
  /** How long the backend may take to get healthy; 30 s unless told. */
  healthyWithin?: string
  /** False takes needs and approvals away from production. */
  productionPolicy?: boolean
  /** Address of the engine, where it is not the socket of this machine. */
  engine?: string
  /** Registry account, where it has one. */
  account?: { user: string; password: string }
}

const source = join(import.meta.dirname, '../../../examples/refactor')

/** A checkout of the example project for this run: its own ports, registry, databases and sealed secrets; the compose file untouched. */
export async function writeProject(facts: ExampleProjectFacts): Promise<ExampleProject> {
  const { folder } = facts
  const name = `refactor-${randomBytes(3).toString('hex')}`
  await mkdir(folder, { recursive: true })
  for (const part of ['docker-compose.yaml', 'nginx', 'env', 'towpath.yaml'])
    await cp(join(source, part), join(folder, part), { recursive: true })
  await writeConfig(facts, name)
  for (const environment of ['staging', 'production'] as const) await writeEnvironment(facts, environment)
  return { folder, name, httpPorts: facts.httpPorts }
}

async function writeConfig(facts: ExampleProjectFacts, name: string): Promise<void> {
  const path = join(facts.folder, 'towpath.yaml')
  const text = await readFile(path, 'utf8')
  const edited = editYaml(text, [
    { path: ['project'], value: name },
    { path: ['environments', 'production', 'map'], value: { names: `${name}-` } },
    { path: ['environments', 'staging', 'map', 'names'], value: `${name}-staging-` },
    { path: ['services', 'backend', 'image'], value: `${facts.registryHost}/refactor/backend` },
    { path: ['services', 'frontend', 'image'], value: `${facts.registryHost}/refactor/frontend` },
    { path: ['defaults', 'host', 'folder'], value: facts.folder },
    ...(facts.engine === undefined ? [] : [{ path: ['defaults', 'host', 'docker'], value: facts.engine }]),
    { path: ['defaults', 'strategy'], value: facts.strategy },
    { path: ['services', 'backend', 'single'], value: isSingle(facts) },
    { path: ['services', 'backend', 'health', 'within'], value: facts.healthyWithin ?? '30s' },
    ...policyEdits(facts),
    { path: ['environments', 'production', 'freeze'], value: undefined },
    ...(facts.account === undefined ? [] : [{ path: ['registries'], value: registryAccess(facts) }]),
  ])
  await writeFile(path, edited)
}

/** Most tests are about something else than streams, and switch backend and frontend together. */
const isSingle = ({ strategy }: ExampleProjectFacts): true | undefined =>
  strategy.services?.['backend'] === undefined ? undefined : true

const policyEdits = ({ productionPolicy = true, stagingBaked }: ExampleProjectFacts): YamlEdit[] =>
  productionPolicy
    ? [{ path: ['environments', 'production', 'needs'], value: { staging: { baked: stagingBaked } } }]
    : [
        { path: ['environments', 'production', 'needs'], value: undefined },
        { path: ['environments', 'production', 'approvals'], value: undefined },
      ]

const registryAccess = ({ registryHost, account }: ExampleProjectFacts): unknown => ({
  [registryHost]: { username: account?.user ?? '', password: 'secret:REGISTRY_PASSWORD' },
})

async function writeEnvironment(
  facts: ExampleProjectFacts,
  environment: 'staging' | 'production',
): Promise<void> {
  const { POSTGRES_PASSWORD, ...plain } = facts.databases[environment].settings
  const envFile = join(facts.folder, 'env', `${environment}.env`)
  const settings = {
    RUST_ENV: environment,
    HTTP_PORT: String(facts.httpPorts[environment]),
    NGINX_IMAGE: facts.nginxImage,
    BACKEND_ALLOWED_ORIGINS: `http://127.0.0.1:${facts.httpPorts[environment]}`,
    ...plain,
  }
  await writeFile(envFile, dotenv(settings))
  const sealed = await sealSettings(
    dotenv({
      POSTGRES_PASSWORD,
      DATABASE_URL: facts.databases[environment].url,
      MAILERSEND_API_KEY: 'example-only-mail-key',
      ...(facts.account === undefined ? {} : { REGISTRY_PASSWORD: facts.account.password }),
    }),
    [facts.recipient],
  )
  await mkdir(join(facts.folder, 'secrets'), { recursive: true })
  await writeFile(join(facts.folder, 'secrets', `${environment}.env.age`), sealed)
}

/** Values that need no quotes. */
export const dotenv = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
