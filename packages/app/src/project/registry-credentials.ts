import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import { fillSecrets } from '@towpath/domain/config/secret-placeholder.ts'
import { parseImageReference } from '@towpath/domain/release/image-reference.ts'
import type { RegistryCredentials, SecretValues } from '../installation.ts'

/** Who we are to the image's registry, where `towpath.yaml` says so. */
export function credentialsOf(
  config: ResolvedConfig,
  secrets: SecretValues,
  image: string,
): RegistryCredentials | null {
  const parsed = parseImageReference(image)
  const access = parsed.ok ? config.registries[parsed.reference.domain] : undefined
  if (access === undefined) return null
  return { username: access.username, password: fillSecrets(access.password, secrets).text }
}
