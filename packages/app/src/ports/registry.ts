import type { RegistryCredentials } from './container-engine.ts'

/** An OCI registry, read only. Deadlines on every call; transport faults throw a retryable `REGISTRY_UNREACHABLE`. */
export interface Registry {
  /** Digest (`sha256:...`) of a tag or digest reference; `null` when the registry answers that it has none. */
  digestOf(reference: string, credentials: RegistryCredentials | null): Promise<string | null>
  /** Newest-looking tags of a repository, for hints; at most `limit`. */
  tagsOf(
    repository: string,
    options: { credentials: RegistryCredentials | null; limit: number },
  ): Promise<string[]>
}
