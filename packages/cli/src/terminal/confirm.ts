import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Context } from './context.ts'

/** Asks once, on stderr so that stdout stays the product; anything but yes throws NOT_CONFIRMED. No answer means no. */
export async function confirm({ shell }: Context, question: string): Promise<void> {
  const prompts = await import('@clack/prompts')
  const said = await prompts.confirm({
    message: question,
    initialValue: false,
    input: shell.stdin,
    output: shell.stderr,
  })
  if (said === true) return
  throw new TowpathError({
    code: 'NOT_CONFIRMED',
    kind: 'failed',
    message: 'It was not confirmed.',
    hint: 'Nothing was changed.',
  })
}
