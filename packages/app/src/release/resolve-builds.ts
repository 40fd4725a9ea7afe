import type { ServiceConfig } from '@towpath/domain/config/resolved-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { parseImageReference } from '@towpath/domain/release/image-reference.ts'
import type { Build } from '@towpath/domain/release/build.ts'
import type { Installation, RegistryCredentials } from '../installation.ts'
import type { EnvironmentModel } from '../project/environment-model.ts'
import { credentialsOf } from '../project/registry-credentials.ts'

export interface BuildsAsked {
  version: string
  /** Service -> image by tag or digest; a service without one is looked for under its configured image and the version as tag. */
  builds: Record<string, string>
  commit: string | null
}

/** Finds every build's digest in its registry. From here on nothing of a release is ever named by tag. */
export async function resolveBuilds(
  installation: Installation,
  environments: EnvironmentModel[],
  asked: BuildsAsked,
): Promise<Build[]> {
  const services = environments[0]?.config.services ?? []
  refuseStrays(services, asked)
  return await Promise.all(
    services.map(({ name, image }) => {
      const text = asked.builds[name] ?? `${image}:${asked.version}`
      return resolveBuild(installation, { service: name, text, commit: asked.commit }, environments)
    }),
  )
}

function refuseStrays(services: ServiceConfig[], { builds }: BuildsAsked): void {
  const names = services.map((service) => service.name)
  const stray = Object.keys(builds).find((name) => !names.includes(name))
  if (stray === undefined) return
  throw new TowpathError({
    code: 'BUILD_UNKNOWN_SERVICE',
    kind: 'usage',
    message: `--build ${stray}=... names no service of towpath.yaml.`,
    hint: `It has: ${names.join(', ')}. No release was created.`,
  })
}

async function resolveBuild(
  { registry }: Installation,
  { service, text, commit }: { service: string; text: string; commit: string | null },
  environments: EnvironmentModel[],
): Promise<Build> {
  const parsed = parseImageReference(text)
  if (!parsed.ok)
    throw new TowpathError({
      code: 'IMAGE_NAME_INVALID',
      kind: 'usage',
      message: `The image of ${service} cannot be used: ${parsed.problem}.`,
      hint: 'An image reads registry/path:tag or registry/path@sha256:... No release was created.',
    })
  const { domain, path, tag } = parsed.reference
  const repository = `${domain}/${path}`
  const credentials = credentialsFrom(environments, text)
  const digest = await registry.digestOf(text, credentials)
  if (digest !== null) return { service, repository, digest, tag, commit }
  const tags = await registry.tagsOf(repository, { credentials, limit: 5 })
  throw new TowpathError({
    code: 'IMAGE_NOT_FOUND',
    kind: 'not-found',
    message: `The registry has no ${text} (${service}).`,
    hint: `${tags.length > 0 ? `It has: ${tags.join(', ')}. ` : ''}Push the build first, or name another with --build ${service}=IMAGE. No release was created.`,
    detail: { service, image: text },
  })
}

const credentialsFrom = (environments: EnvironmentModel[], image: string): RegistryCredentials | null =>
  environments
    .map(({ config, secrets }) => credentialsOf(config, secrets, image))
    .find((credentials) => credentials !== null) ?? null
