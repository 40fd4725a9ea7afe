import type { SecretStore } from '@towpath/app/ports/secret-store.ts'
import { redactor } from '@towpath/domain/config/redact.ts'

/** Every secret value this process has seen; the log lets none of them through. */
export interface KnownSecrets {
  learn: (values: Iterable<string>) => void
  redact: (text: string) => string
}

export function knownSecrets(): KnownSecrets {
  const values = new Set<string>()
  let redact = redactor(values)
  return {
    learn(learned) {
      const before = values.size
      for (const value of learned) values.add(value)
      if (values.size > before) redact = redactor(values)
    },
    redact: (text) => redact(text),
  }
}

/** A secret store whose every opened value is known from the moment it is opened. */
export const learningStore = (store: SecretStore, secrets: KnownSecrets): SecretStore => ({
  recipient: () => store.recipient(),
  async open(ciphertext) {
    const opened = await store.open(ciphertext)
    secrets.learn(opened.values())
    return opened
  },
})
