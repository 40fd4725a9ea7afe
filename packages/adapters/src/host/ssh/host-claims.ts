import type { HostClaims } from '@towpath/app/ports/host-claims.ts'
import type { HostClaim } from '@towpath/domain/fleet/host-claim.ts'
import { posix } from 'node:path'
import { fenceIn } from '../../edge/haproxy/edge-file.ts'
import { END, FENCED, OTHER, claimsFolder, fencedScript, hostDisk } from '../../edge/haproxy/host-disk.ts'
import type { SshLink } from './ssh-link.ts'

const fileName = 'controller'

/** In the home of the user that we log in as, beside the edges: one file for each installation that acts there. */
export function hostClaims(link: SshLink, installation: string): HostClaims {
  const disk = hostDisk(link, '')
  /** What was found, to the letter: what cannot be read is replaced once a person took over. */
  const texts = new WeakMap<HostClaim, string>()
  const textOf = (claim: HostClaim): string => texts.get(claim) ?? claimText(claim)
  return {
    replace: async (expected, claim) => {
      const folder = posix.join(posix.dirname(await disk.root()), claimsFolder, installation)
      const doing = `sign what it remembers of its controller, ${posix.join(folder, fileName)}`
      const files = { kept: [], files: [], fenced: [fileName, claimText(claim)] as const, fence: claim.fence }
      const script = fencedScript(folder, files, { expected: expected === null ? null : textOf(expected) })
      const { exitCode, output } = await link.answer(script, doing)
      if (exitCode === 0) return { replaced: true }
      if (exitCode !== FENCED && exitCode !== OTHER) throw link.refusal(doing, output)
      if (output === '') return { replaced: false, found: null }
      const text = output.slice(0, -END.length)
      const found = readClaim(text)
      texts.set(found, text)
      return { replaced: false, found }
    },
  }
}

export const claimText = ({ fence, head }: HostClaim): string =>
  `# fence: ${fence}\n${head === null ? '' : `# head: ${head.seq} ${head.hash}\n`}`

/** Never throws: what cannot be read is somebody's all the same, and a person is asked. */
export function readClaim(text: string): HostClaim {
  const [, seq, hash] = /^# head: (\d{1,15}) ([0-9a-f]{64})$/m.exec(text) ?? []
  const fence = fenceIn(text)
  if (fence === null) return { fence: 0, head: null }
  // As the host compares it: where a newer one acts there, it is no matter of what else can be read.
  if (seq === undefined || hash === undefined) return { fence, head: null }
  return { fence, head: { seq: Number(seq), hash } }
}
