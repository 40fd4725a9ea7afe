/** What ran when an environment was adopted, without one value of a variable. */
export interface AdoptionRecord {
  composeProject: string
  containers: AdoptedFacts[]
  /** Its releases migrate, so going back past this one crosses what it did. */
  migrates: boolean
  /** Where what runs differs from the files, one sentence each. */
  drift: string[]
}

export interface AdoptedFacts {
  /** Place in the release: the service, or one of its replicas. */
  key: string
  container: string
  id: string
  /** As it was asked for. */
  image: string
  imageId: string
  /** By digest in its registry; null where the image exists on this host alone. */
  digest: string | null
  /** Compose's own hash of the description that it was made from; null where it wrote none. */
  configHash: string | null
  /** Each variable by name: as in the files, otherwise, or on one side alone. */
  environment: Record<string, 'same' | 'differs' | 'only-running' | 'only-files'>
}
