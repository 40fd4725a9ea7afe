import { redactor } from '@towpath/domain/config/redact.ts'

/** A redactor over values that may change while it lives; rebuilt only when they did. */
export function liveRedactor(secrets: () => ReadonlyMap<string, string>): (text: string) => string {
  let known: string[] = []
  let redact = redactor(known)
  return (text) => {
    const values = [...secrets().values()]
    if (values.length !== known.length || values.some((value, index) => value !== known[index])) {
      known = values
      redact = redactor(values)
    }
    return redact(text)
  }
}
